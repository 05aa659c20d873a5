using System.Linq.Expressions;
using Microsoft.Extensions.VectorData;

namespace Linr.Tests.VectorData;

/// <summary>Filters give what the same expressions give over the records themselves, typed and dynamic.</summary>
public sealed class FilterTests : IDisposable
{
    private static readonly string[] s_titles = ["foo", "nowhere", "with $om[ specia]\"'\\"];
    private static readonly string?[] s_titlesOrNone = ["bar", null];
    private static readonly HashSet<int> s_pages = [8, 10];
    private static readonly List<int> s_ratings = [5, 7];
    private static readonly int? s_none = Environment.ProcessId < 0 ? 1 : null;

    private static readonly double s_nan = double.NaN;

    private readonly int _eight = 8;
    private readonly Place _place = new(isDurable: false);
    private readonly VectorStoreCollection<int, Book> _books;

    public FilterTests() => _books = Filled().GetAwaiter().GetResult();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Filters_mean_what_they_mean_over_objects()
    {
        string? captured = null;
        DateTimeOffset day = Book.Day;
        Expression<Func<Book, bool>>[] filters =
        [
            book => book.Pages == 8, book => 8 == book.Pages, book => book.Pages != 8, book => book.Pages == _eight,
            book => book.Title == "foo", book => book.Title != "foo", book => book.Title == "fo", book => book.Title == "",
            book => book.Title == null, book => book.Title != null, book => book.Title == captured,
            book => book.Edition == null, book => book.Edition.HasValue, book => !book.Edition.HasValue,
            book => book.Edition == 1, book => book.Edition != 1, book => book.Edition > 1, book => !(book.Edition > 1),
            book => book.Pages == s_none, book => book.Pages > 9, book => book.Pages >= 9, book => book.Pages < 10,
            book => book.Pages <= 10, book => 9 < book.Pages, book => 9 >= book.Pages, book => book.Pages < 9.5,
            book => book.Pages == 9.0, book => book.Pages == 9.5, book => book.Shelf == 3, book => book.Shelf < 0,
            book => book.Price > 1.5, book => book.Price == 2, book => book.Price <= -1, book => book.Price < s_nan,
            book => book.IsLent, book => !book.IsLent, book => book.IsLent == false, book => book.IsLent || !book.IsLent,
            book => book.Bought == day, book => book.Bought > day, book => book.Bought >= day, book => book.Bought == null,
            book => book.Pages == 8 && book.Title == "foo", book => book.Pages == 8 || book.Title == "foo",
            book => !(book.Pages == 8 && book.Title == "foo"), book => !(book.Pages == 8 || book.Title == "foo"),
            book => (book.Pages == 8 || book.Pages == 9) && book.Title == "foo",
            book => (book.Pages == 8 && book.IsLent) || book.Pages == int.MaxValue,
            book => new[] { 8, 10 }.Contains(book.Pages), book => s_pages.Contains(book.Pages),
            book => s_titles.Contains(book.Title), book => s_titlesOrNone.Contains(book.Title),
            book => !s_titlesOrNone.Contains(book.Title), book => Enumerable.Contains(s_titles, book.Title),
            book => MemoryExtensions.Contains(s_titles, book.Title),
            book => book.Key == 3, book => book.Key != 3, book => s_pages.Contains(book.Key), book => 9 == book.Key,
            book => book.Tags == null, book => book.Tags != null, book => book.Ratings == null,
            book => book.Vector != null, book => true, book => false, book => book.Title!.Equals("bar"),
        ];
        foreach (Expression<Func<Book, bool>> filter in filters)
        {
            Func<Book, bool> passes = filter.Compile();
            await AssertAsync([.. Book.Some.Where(book => Safely(passes, book)).Select(book => book.Key)], filter);
        }
    }

    [Fact]
    public async Task Lists_are_filtered_by_their_values_and_as_a_whole()
    {
        string[] whole = ["x", "y"];
        await AssertAsync([1, 4, 6], book => book.Tags!.Contains("x"));
        await AssertAsync([1, 4, 6], book => Enumerable.Contains(book.Tags!, "x"));
        await AssertAsync([1, 4, 6], book => MemoryExtensions.Contains(book.Tags!, "x", null));
        await AssertAsync([2, 3, 5], book => !book.Tags!.Contains("x"));
        await AssertAsync([2], book => book.Ratings!.Contains(5));
        await AssertAsync([2, 4], book => book.Tags!.Any(tag => new[] { "a", "z" }.Contains(tag)));
        await AssertAsync([1, 3, 5], book => book.Tags!.Any(tag => s_titles.Contains(tag)) || book.Edition != null);
        await AssertAsync([2], book => book.Ratings!.Any(rating => s_ratings.Contains(rating)));
        await AssertAsync([2, 4], book => book.Ratings!.Any(rating => rating == 3 || rating > 4));
        await AssertAsync([2], book => book.Ratings!.Any(rating => 3 > rating));
        await AssertAsync([2, 4], book => book.Ratings!.Any());
        await AssertAsync([1], book => book.Tags == whole);
        await AssertAsync([2, 3, 4, 5, 6], book => book.Tags != whole);
        await AssertAsync([3], book => book.Tags == Array.Empty<string>());
    }

    [Fact]
    public async Task Random_trees_mean_what_they_mean_over_objects()
    {
        Expression<Func<Book, bool>>[] leaves =
        [
            book => book.Pages > 8, book => book.Title == "foo", book => book.Title == null, book => book.IsLent,
            book => book.Edition == 1, book => book.Edition < 2, book => book.Price >= 2, book => s_pages.Contains(book.Pages),
            book => s_titlesOrNone.Contains(book.Title), book => book.Key == 4, book => book.Bought > Book.Day,
        ];
        int seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        ParameterExpression parameter = Expression.Parameter(typeof(Book), "book");
        for (int i = 0; i < 200; i++)
        {
            var filter = Expression.Lambda<Func<Book, bool>>(Tree(depth: 4), parameter);
            Func<Book, bool> passes = filter.Compile();
            await AssertAsync([.. Book.Some.Where(passes).Select(book => book.Key)], filter);
        }

        Expression Tree(int depth) => (depth == 0 ? 3 : random.Next(4)) switch
        {
            0 => Expression.AndAlso(Tree(depth - 1), Tree(depth - 1)),
            1 => Expression.OrElse(Tree(depth - 1), Tree(depth - 1)),
            2 => Expression.Not(Tree(depth - 1)),
            _ => new Inlined(leaves[random.Next(leaves.Length)], parameter).Body,
        };
    }

    [Fact]
    public async Task Dynamic_records_are_filtered_by_the_same_expressions()
    {
        var books = _place.Store.GetDynamicCollection("books", Definition());
        string?[] titles = ["foo", "bar"];
        Dictionary<string, object?>[] all = await books.GetAsync(_ => true, 100).ToArrayAsync();
        Assert.Equal(Book.Some.Length, all.Length);
        (int[] Keys, Expression<Func<Dictionary<string, object?>, bool>> Filter)[] filters =
        [
            ([1], book => (int)book["Pages"]! == 8), ([2, 3], book => 9 == (int)book["Pages"]!),
            ([1, 3], book => (string?)book["Title"] == "foo"), ([4], book => book["Title"] == null),
            ([2, 3, 4, 5, 6], book => (int)book["Pages"]! != 8), ([1, 3], book => (bool)book["IsLent"]!),
            ([2, 4, 5, 6], book => !(bool)book["IsLent"]!), ([1, 4, 6], book => ((string[])book["Tags"]!).Contains("x")),
            ([2], book => ((List<int>)book["Ratings"]!).Contains(5)), ([1, 2, 3], book => titles.Contains(book["Title"])),
            ([1, 4, 6], book => ((string[])book["Tags"]!).Any(tag => titles.Contains(tag) || tag == "x")),
        ];
        foreach ((int[] keys, Expression<Func<Dictionary<string, object?>, bool>> filter) in filters)
        {
            var found = await books.SearchAsync(new float[] { 1, 2, 3 }, 100, new() { Filter = filter }).ToListAsync();
            Assert.Equal(keys, found.Select(one => (int)one.Record["Key"]!).Order());
        }

        await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await books.GetAsync(book => (string?)book["Pages = 1; --"] == "", 1).ToListAsync());
        await Assert.ThrowsAsync<InvalidCastException>(
            async () => await books.GetAsync(book => (long)book["Pages"]! == 1, 1).ToListAsync());
    }

    [Fact]
    public async Task What_has_no_meaning_as_a_filter_is_refused_by_name()
    {
        Book other = Book.Some[0];
        int? none = null;
        await RefuseAsync<NotSupportedException>("book.Title.StartsWith", book => book.Title!.StartsWith('f'));
        await RefuseAsync<NotSupportedException>("book.Title.Contains", book => book.Title!.Contains("fo"));
        await RefuseAsync<NotSupportedException>("(book.Key > 3)", book => book.Key > 3);
        await RefuseAsync<NotSupportedException>("(book.Pages + 1)", book => book.Pages + 1 == 9);
        await RefuseAsync<NotSupportedException>("(book.Pages == Convert(book.Shelf", book => book.Pages == book.Shelf);
        await RefuseAsync<NotSupportedException>("'Text': expected IsIndexed", book => book.Text == "t");
        await RefuseAsync<NotSupportedException>(
            "(rating > 1) AndAlso (rating < 3)", book => book.Ratings!.Any(rating => rating > 1 && rating < 3));
        await RefuseAsync<InvalidOperationException>(string.Empty, book => book.Pages == none!.Value);
    }

    private async Task RefuseAsync<TException>(string part, Expression<Func<Book, bool>> filter)
        where TException : Exception
    {
        var error = await Assert.ThrowsAsync<TException>(async () => await _books.GetAsync(filter, 1).ToListAsync());
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    private async Task AssertAsync(int[] keys, Expression<Func<Book, bool>> filter)
    {
        var found = await _books.SearchAsync(new float[] { 1, 2, 3 }, 100, new() { Filter = filter }).ToListAsync();
        Assert.True(keys.SequenceEqual(found.Select(one => one.Record.Key).Order()), filter.ToString());
        var got = await _books.GetAsync(filter, 100).ToListAsync();
        Assert.True(keys.SequenceEqual(got.Select(book => book.Key)), filter.ToString());
    }

    // A null has no methods over objects.
    private static bool Safely(Func<Book, bool> passes, Book book)
    {
        try
        {
            return passes(book);
        }
        catch (NullReferenceException)
        {
            return false;
        }
    }

    private async Task<VectorStoreCollection<int, Book>> Filled()
    {
        var books = _place.Store.GetCollection<int, Book>("books");
        await books.EnsureCollectionExistsAsync();
        await books.UpsertAsync(Book.Some);
        return books;
    }

    private static VectorStoreCollectionDefinition Definition() => new()
    {
        Properties =
        [
            new VectorStoreKeyProperty("Key", typeof(int)),
            new VectorStoreDataProperty("Title", typeof(string)) { IsIndexed = true },
            new VectorStoreDataProperty("Pages", typeof(int)) { StorageName = "pages" },
            new VectorStoreDataProperty("IsLent", typeof(bool)),
            new VectorStoreDataProperty("Tags", typeof(string[])),
            new VectorStoreDataProperty("Ratings", typeof(List<int>)),
            new VectorStoreVectorProperty("Vector", typeof(ReadOnlyMemory<float>?), 3),
        ],
    };

    /// <summary>The body of a lambda over another parameter.</summary>
    private sealed class Inlined(LambdaExpression lambda, ParameterExpression parameter) : ExpressionVisitor
    {
        public Expression Body => Visit(lambda.Body);

        protected override Expression VisitParameter(ParameterExpression node) => parameter;
    }
}

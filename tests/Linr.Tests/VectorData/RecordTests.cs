using Linr.Engine;
using Linr.Engine.Store;
using Microsoft.Extensions.VectorData;

namespace Linr.Tests.VectorData;

/// <summary>Records are put, got, put in order, searched and removed; in memory, and in a folder beyond a restart.</summary>
public sealed class RecordTests
{
    public static TheoryData<bool> Both => Place.Both;

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Records_come_back_as_they_were(bool isDurable)
    {
        using var place = new Place(isDurable);
        VectorStoreCollection<int, Book> books = await FillAsync(place);
        if (isDurable)
        {
            place.Restart();
            books = place.Store.GetCollection<int, Book>("books");
        }

        var all = await books.GetAsync([6, 5, 4, 3, 2, 1, 99], new() { IncludeVectors = true }).ToListAsync();
        Assert.Equal([6, 5, 4, 3, 2, 1], all.Select(book => book.Key));
        Assert.All(all, book => AssertSame(Book.Some[book.Key - 1], book, withVector: true));
        AssertSame(Book.Some[3], (await books.GetAsync(4))!, withVector: false);
        Assert.Null(await books.GetAsync(99));
        Assert.Empty(await books.GetAsync(Array.Empty<int>()).ToListAsync());
        await Assert.ThrowsAsync<ArgumentNullException>(() => books.GetAsync(keys: null!).ToListAsync().AsTask());

        var near = await books.SearchAsync(Book.Some[2].Vector!.Value, 1, new() { IncludeVectors = true }).SingleAsync();
        AssertSame(Book.Some[2], near.Record, withVector: true);
        Assert.Equal(1, near.Score!.Value, 6);
        var plain = await books.SearchAsync(Book.Some[2].Vector!.Value, 1).SingleAsync();
        AssertSame(Book.Some[2], plain.Record, withVector: false);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Records_are_replaced_and_removed(bool isDurable)
    {
        using var place = new Place(isDurable);
        VectorStoreCollection<int, Book> books = await FillAsync(place);
        await books.UpsertAsync([
            new Book { Key = 1, Title = "new", Vector = new float[] { 9, 9, 9 } },
            new Book { Key = 7, Title = "more", Vector = new float[] { 1, 0, 0 } },
        ]);
        Assert.Equal("new", (await books.GetAsync(1))!.Title);
        Assert.Null((await books.GetAsync(1))!.Tags);
        Assert.Equal("more", (await books.GetAsync(7))!.Title);
        await books.UpsertAsync(Array.Empty<Book>());
        await books.DeleteAsync(7);
        await books.DeleteAsync([1, 2, 99]);
        await books.DeleteAsync(Array.Empty<int>());
        await books.DeleteAsync(99);
        Assert.Equal([3, 4, 5, 6], await books.GetAsync(_ => true, 100).Select(book => book.Key).ToListAsync());
        await Assert.ThrowsAsync<ArgumentNullException>(() => books.UpsertAsync(records: null!));
        await Assert.ThrowsAsync<ArgumentNullException>(() => books.DeleteAsync(keys: null!));
    }

    [Fact]
    public async Task Filtered_records_come_in_the_order_of_properties_page_by_page()
    {
        using var place = new Place(isDurable: false);
        VectorStoreCollection<int, Book> books = await FillAsync(place);
        Assert.Equal([2, 3], await Keys(book => book.Pages > 8, 2));
        Assert.Equal([4, 5], await Keys(book => book.Pages > 8, 2, new() { Skip = 2 }));
        Assert.Equal([6, 5], await Keys(book => book.Pages > 8, 2, new() { OrderBy = by => by.Descending(book => book.Pages) }));
        Assert.Equal(
            [5, 4], await Keys(_ => true, 2, new() { OrderBy = by => by.Descending(book => book.Pages), Skip = 1 }));
        Assert.Equal(
            [4, 6, 2, 1, 3, 5],
            await Keys(_ => true, 9, new() { OrderBy = by => by.Ascending(book => book.Title).Ascending(book => book.Price) }));
        Assert.Equal(
            [5, 3, 1],
            await Keys(_ => true, 3, new() { OrderBy = by => by.Descending(book => book.Title).Descending(book => book.Key) }));
        Assert.Equal(
            [4, 6, 2], await Keys(book => book.Edition == null, 9, new() { OrderBy = by => by.Ascending(book => book.Price) }));
        await Assert.ThrowsAsync<NotSupportedException>(
            () => Keys(_ => true, 2, new() { OrderBy = by => by.Ascending(book => book.Tags) }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Keys(_ => true, 0));

        async Task<List<int>> Keys(
            System.Linq.Expressions.Expression<Func<Book, bool>> filter,
            int top,
            FilteredRecordRetrievalOptions<Book>? options = null)
            => await books.GetAsync(filter, top, options).Select(book => book.Key).ToListAsync();
    }

    [Fact]
    public async Task More_records_than_a_page_are_all_put_in_order()
    {
        using var place = new Place(isDurable: false);
        VectorStoreCollection<int, Book> books = place.Store.GetCollection<int, Book>("books");
        await books.EnsureCollectionExistsAsync();
        int count = (2 * Limits.ScrollMax) + 7;
        await books.UpsertAsync(Enumerable.Range(0, count).Select(
            key => new Book { Key = key, Pages = count - key, Vector = new float[] { 1, 0, 0 } }));
        Assert.Equal(count, await books.GetAsync(_ => true, int.MaxValue).CountAsync());
        Assert.Equal(
            Enumerable.Range(1, count - 1),
            await books.GetAsync(_ => true, int.MaxValue, new() { Skip = 1, OrderBy = by => by.Ascending(book => book.Pages) })
                .Select(book => book.Pages - 1).ToListAsync());
        Assert.Equal(count, await books.SearchAsync(new float[] { 1, 0, 0 }, count, new() { IncludeVectors = true }).CountAsync());
    }

    [Fact]
    public async Task Searches_skip_and_filter_and_leave_out_records_without_the_vector()
    {
        using var place = new Place(isDurable: false);
        VectorStoreCollection<int, Book> books = await FillAsync(place);
        await books.UpsertAsync(new Book { Key = 7, Title = "without" });
        ReadOnlyMemory<float> query = new float[] { 6, 1, 2 };
        Assert.Equal([6, 5, 4, 3, 2, 1], await books.SearchAsync(query, 100).Select(one => one.Record.Key).ToListAsync());
        Assert.Equal([5, 4], await books.SearchAsync(query, 2, new() { Skip = 1 }).Select(one => one.Record.Key).ToListAsync());
        Assert.Equal(
            [3], await books.SearchAsync(query, 1, new() { Filter = book => book.Pages == 9 })
                .Select(one => one.Record.Key).ToListAsync());
        Assert.Null((await books.GetAsync(7, new() { IncludeVectors = true }))!.Vector);
        Assert.Equal([7], await books.GetAsync(book => book.Vector == null, 9).Select(book => book.Key).ToListAsync());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => books.SearchAsync(query, 0).ToListAsync().AsTask());
    }

    [Fact]
    public async Task What_the_engine_refuses_names_operation_and_collection()
    {
        using var place = new Place(isDurable: false);
        VectorStoreCollection<int, Book> books = await FillAsync(place);
        var wrong = await Assert.ThrowsAsync<VectorStoreException>(
            () => books.UpsertAsync(new Book { Key = 9, Vector = new float[] { 1, 2 } }));
        Assert.Equal(("linr", "books", "Upsert"), (wrong.VectorStoreSystemName, wrong.CollectionName, wrong.OperationName));
        Assert.Contains("\"Vector\": expected 3", wrong.Message, StringComparison.Ordinal);
        wrong = await Assert.ThrowsAsync<VectorStoreException>(
            () => books.UpsertAsync(new Book { Key = 9, Tags = [null!], Vector = new float[] { 1, 2, 3 } }));
        Assert.Contains("'Tags': expected a list of values; found a null", wrong.Message, StringComparison.Ordinal);
        wrong = await Assert.ThrowsAsync<VectorStoreException>(
            () => books.SearchAsync(new float[] { 1 }, 1).ToListAsync().AsTask());
        Assert.Equal("Search", wrong.OperationName);
        Assert.Null(await books.GetAsync(9));
    }

    [Fact]
    public async Task What_the_abstraction_lacks_is_had_from_the_engine()
    {
        using var place = new Place(isDurable: true);
        VectorStoreCollection<int, Book> books = place.Store.GetCollection<int, Book>("books");
        Assert.Null(books.GetService(typeof(Retriever)));
        await FillAsync(place);
        var retriever = (Retriever)books.GetService(typeof(Retriever))!;
        Assert.Equal(2, retriever.Count(Linr.Filters.Filter.Parse("Title = 'foo'")).Passed);
        Assert.NotNull(books.GetService(typeof(IndexStore)));
        Assert.Same(books, books.GetService(typeof(IVectorSearchable<Book>)));
        var metadata = (VectorStoreCollectionMetadata)books.GetService(typeof(VectorStoreCollectionMetadata))!;
        Assert.Equal(("linr", "books"), (metadata.VectorStoreSystemName, metadata.CollectionName));
        Assert.Null(books.GetService(typeof(Retriever), "key"));
    }

    internal static async Task<VectorStoreCollection<int, Book>> FillAsync(Place place)
    {
        VectorStoreCollection<int, Book> books = place.Store.GetCollection<int, Book>("books");
        await books.EnsureCollectionExistsAsync();
        await books.UpsertAsync(Book.Some);
        return books;
    }

    private static void AssertSame(Book expected, Book found, bool withVector)
    {
        Assert.Equivalent(
            new { expected.Key, expected.Title, expected.Pages, expected.Edition, expected.Price, expected.Shelf },
            new { found.Key, found.Title, found.Pages, found.Edition, found.Price, found.Shelf });
        Assert.Equal(
            (expected.IsLent, expected.Bought, expected.Text), (found.IsLent, found.Bought, found.Text));
        Assert.Equal(expected.Tags, found.Tags);
        Assert.Equal(expected.Ratings, found.Ratings);
        Assert.Equal(withVector ? expected.Vector?.ToArray() : null, found.Vector?.ToArray());
    }
}

using Linr.Engine;
using Linr.Filters;
using Linr.Index;
using Linr.Tests.Index;
using static Linr.Filters.FilterBuilder;

namespace Linr.Tests.Engine;

/// <summary>Lists of ids from the request to the hits, for every kind of id.</summary>
public sealed class IdListSearchTests
{
    private const int Count = 5_000;
    private const int Dim = 3;

    [Theory]
    [InlineData(IdKind.Integer)]
    [InlineData(IdKind.Guid)]
    [InlineData(IdKind.Text)]
    public void Unknown_and_repeated_ids_change_nothing(IdKind kind)
    {
        using Retriever retriever = Make(kind);
        var query = new EmbeddingQuery("main", new float[] { 0.3f, -1, 2 });
        SearchRequest request = new() { Embeddings = [query], K = Count };
        ItemId[] ranked = Ids(retriever.Search(request));
        Assert.Equal(Count, ranked.Length);

        // A few are looked up at each search, many once: half are unknown, and each is there twice or more.
        foreach (int length in new[] { 4, 3_000 })
        {
            ItemId[] listed = [.. Enumerable.Range(0, length).Select(i => Tables.IdOf(kind, i * 13 % (2 * Count)))];
            listed = [.. listed, .. listed.Reverse(), listed[0]];
            HashSet<ItemId> known = [.. listed];
            ItemId[] denied = [.. ranked.Where(id => !known.Contains(id))];
            ItemId[] allowed = [.. ranked.Where(known.Contains)];
            Assert.NotEmpty(allowed);
            FilterParameters ids = new FilterParameters().SetIds("ids", listed);
            Assert.Equal(denied, Search(IdNotIn(listed)));
            Assert.Equal(allowed, Search(IdIn(listed)));
            Assert.Equal(denied, Search(Filter.Parse("id not in @ids"), ids));
            Assert.Equal(allowed, Search(Filter.Parse("id in @ids"), ids));
            Assert.Empty(Search(IdIn(listed) & IdNotIn(Parameter("ids")), ids));
        }

        ItemId[] Search(Filter filter, FilterParameters? ids = null)
        {
            SearchResponse response = retriever.Search(request with { Filter = filter, Parameters = ids });
            Assert.Equal(response.Hits.Count, response.RowsPassed);
            return Ids(response);
        }
    }

    [Theory]
    [InlineData(IdKind.Integer)]
    [InlineData(IdKind.Guid)]
    [InlineData(IdKind.Text)]
    public void A_list_of_unknown_ids_denies_nothing_and_allows_nothing(IdKind kind)
    {
        using Retriever retriever = Make(kind);
        ItemId[] unknown = [.. Enumerable.Range(Count, 2_000).Select(i => Tables.IdOf(kind, i))];
        SearchRequest request = new() { Embeddings = [new EmbeddingQuery("main", new float[Dim])], K = 10 };
        Assert.Equal(
            Ids(retriever.Search(request)), Ids(retriever.Search(request with { Filter = IdNotIn(unknown) })));
        Assert.Empty(retriever.Search(request with { Filter = IdIn(unknown) }).Hits);
    }

    private static ItemId[] Ids(SearchResponse response) => [.. response.Hits.Select(hit => hit.Id)];

    private static Retriever Make(IdKind kind)
    {
        var random = new Random(1);
        using var builder = new ItemTableBuilder(
            new Schema { IdKind = kind, Embeddings = [new EmbeddingSchema("main", Dim, Metric.Dot)] });
        for (int i = 0; i < Count; i++)
        {
            builder.Append(new Item
            {
                Id = Tables.IdOf(kind, i),
                Embeddings = new Dictionary<string, ReadOnlyMemory<float>>
                {
                    ["main"] = RandomItems.RandomVector(random, Dim),
                },
            });
        }

        return Retriever.Over(builder.Build(), options: new RetrieverOptions { Threads = 2 });
    }
}

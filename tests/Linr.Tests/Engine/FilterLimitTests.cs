using Linr.Engine;
using Linr.Filters;
using static Linr.Filters.FilterBuilder;

namespace Linr.Tests.Engine;

/// <summary>The largest filter that is taken, and one clause more, in each of its forms.</summary>
public sealed class FilterLimitTests
{
    // The operator that joins the clauses counts too.
    private const int ClausesMax = Limits.FilterNodesMax - 1;
    private const int Count = 2_000;

    private static readonly RandomItems s_items = new(Count, seed: 5);

    public static TheoryData<string> Forms => ["text", "json", "builder"];

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_filter_of_as_many_clauses_as_may_be_gives_the_naive_answer(string form)
    {
        using Retriever retriever = s_items.ToRetriever(threads: 2);
        var query = new EmbeddingQuery("main", RandomItems.RandomVector(new Random(2), RandomItems.Dim));
        SearchResponse response = retriever.Search(
            new SearchRequest { Embeddings = [query], K = Count, Filter = Make(form, ClausesMax) });
        List<Hit> expected = s_items.Rank([query], item => RandomItems.Size(item) < 50);
        Assert.NotEmpty(expected);
        Assert.Equal(expected.Select(hit => hit.Id), response.Hits.Select(hit => hit.Id));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void One_more_is_refused_with_the_limit(string form)
    {
        using Retriever retriever = s_items.ToRetriever();
        var query = new EmbeddingQuery("main", new float[RandomItems.Dim]);
        var error = Assert.Throws<FilterException>(() => retriever.Search(
            new SearchRequest { Embeddings = [query], Filter = Make(form, ClausesMax + 1) }));
        Assert.Contains("at most 4096 clauses and operators", error.Message, StringComparison.Ordinal);
    }

    /// <summary>size &lt; 50 in many clauses: most of the numbers are of no item.</summary>
    private static Filter Make(string form, int clauses) => form switch
    {
        "text" => Filter.Parse(string.Join(
            " or ", Enumerable.Range(0, clauses).Select(i => FormattableString.Invariant($"size = {Number(i)}")))),
        "json" => FilterJson.Parse(FilterJson.ToJson(Any(clauses))),
        _ => Any(clauses),
    };

    private static Filter Any(int clauses)
        => Filter.Any(Enumerable.Range(0, clauses).Select(i => Attribute("size") == Number(i)));

    private static long Number(int i) => i < 50 ? i : 1_000 + i;
}

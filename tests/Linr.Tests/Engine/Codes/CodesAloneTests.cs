using Linr.Engine;
using Linr.Filters;
using Linr.Index;
using Linr.Index.ModelFiles;
using Linr.Kernels;

namespace Linr.Tests.Engine.Codes;

/// <summary>Embeddings of which only codes are kept.</summary>
public sealed class CodesAloneTests
{
    private const int Count = 1_500;
    private static readonly EmbeddingCodes s_codes = new(128, Seed: 5);
    private static readonly RandomItems s_items = new(Count, seed: 7, codes: s_codes, rowType: RowType.None);

    [Fact]
    public void They_answer_as_codes_beside_rows_do()
    {
        using Retriever alone = s_items.ToRetriever();
        using Retriever beside = new RandomItems(Count, seed: 7, codes: s_codes).ToRetriever();
        SearchRequest request = Request() with { Filter = Filter.Parse("colour = 'red'"), K = 40 };
        SearchResponse found = alone.Search(request);
        SearchResponse expected =
            beside.Search(request with { Approximation = new Approximation { Rescores = false } });
        Assert.Equal(expected.Hits.Select(hit => (hit.Id, hit.Score)), found.Hits.Select(hit => (hit.Id, hit.Score)));
        Assert.Equal((expected.Mode, expected.Exact, expected.RowsPassed), (found.Mode, found.Exact, found.RowsPassed));
        Assert.False(found.Exact);
        Approximation asymmetric = new() { Rescores = false, IsAsymmetric = true };
        Assert.Equal(
            beside.Search(request with { Approximation = asymmetric }).Hits.Select(hit => hit.Id),
            alone.Search(request with { Approximation = asymmetric }).Hits.Select(hit => hit.Id));
    }

    [Fact]
    public void A_file_has_them_and_no_rows()
    {
        using var folder = new TemporaryFolder();
        using (ItemTable table = s_items.ToTable())
        {
            ModelWriter.Write(folder.File("m"), new ModelContents { Items = table, Version = "v" });
        }

        using (LoadedModel model = ModelReader.Open(folder.File("m")))
        {
            Assert.Null(model.FindTensor(ModelNames.Rows("main")));
            Assert.Null(model.FindTensor(ModelNames.Norms("main")));
            Assert.Equal([Count, 2L], model.FindTensor(ModelNames.EmbeddingCodes("main"))!.Shape);
            model.Verify(cancellation: TestContext.Current.CancellationToken);
        }

        using Retriever written = Retriever.Open(folder.File("m"));
        using Retriever built = s_items.ToRetriever();
        Assert.Equal(built.Search(Request()).Hits.Select(hit => hit.Id), written.Search(Request()).Hits.Select(hit => hit.Id));
    }

    [Fact]
    public void An_item_is_the_direction_that_its_code_tells()
    {
        // No more bits than components: the direction has the very code.
        var codes = new EmbeddingCodes(64);
        var schema = new Schema
        {
            IdKind = IdKind.Integer, Embeddings = [new EmbeddingSchema("main", 96, RowType: RowType.None, Codes: codes)],
        };
        var coder = new SignOporp(96, codes.Bits, codes.Seed);
        using var builder = new ItemTableBuilder(schema);
        builder.AppendIds([.. Enumerable.Range(0, 50).Select(id => (long)id)]);
        var given = new ulong[50];
        for (int row = 0; row < given.Length; row++)
        {
            coder.Encode(RandomItems.RandomVector(new Random(row), 96), given.AsSpan(row, 1));
        }

        builder.SetCodes("main", 0, given);
        using var retriever = Retriever.Over(builder.Build());
        var again = new ulong[1];
        for (int row = 0; row < given.Length; row++)
        {
            float[] direction = retriever.Get(new ItemId(row))!.Embeddings["main"].ToArray();
            Assert.Equal(1, Math.Sqrt(direction.Sum(value => (double)value * value)), 1e-6);
            coder.Encode(direction, again);
            Assert.Equal(given[row], again[0]);
        }

        SearchResponse like = retriever.Search(new SearchRequest { Items = [7], K = 3, IncludeSeen = true });
        Assert.Equal((new ItemId(7), 1f), (like.Hits[0].Id, like.Hits[0].Score));
        SearchResponse diverse = retriever.Search(
            new SearchRequest { Items = [7], K = 3, Diversity = new Diversity(0.5f, 10) });
        Assert.Equal(3, diverse.Hits.Count);
    }

    [Fact]
    public void What_needs_rows_is_refused()
    {
        using Retriever retriever = s_items.ToRetriever();
        Refuse(Request() with { Approximation = new Approximation() }, "Rescores: expected an embedding with rows");
        Refuse(
            Request() with { Approximation = new Approximation { Rescores = false }, CheckExact = true },
            "CheckExact: expected an embedding with rows");
        EmbeddingQuery side = new("side", new float[RandomItems.SideDim]);
        Refuse(Request() with { Embeddings = [.. Request().Embeddings, side] }, "\"main\": expected rows to add scores of");
        Assert.Contains(
            "has codes alone",
            Assert.Throws<ArgumentException>(() => retriever.CreateRowSearcher("main")).Message,
            StringComparison.Ordinal);
        SchemaException problem = Assert.Throws<SchemaException>(() => new ItemTableBuilder(
            new Schema { IdKind = IdKind.Integer, Embeddings = [new EmbeddingSchema("main", 4, RowType: RowType.None)] }));
        Assert.Contains("expected codes", problem.Message, StringComparison.Ordinal);

        using var rows = new ItemTableBuilder(new RandomItems(1, 1, codes: s_codes).Schema);
        rows.AppendIds([new ItemId("a")]);
        Assert.Throws<InvalidOperationException>(() => rows.SetCodes("main", 0, new ulong[2]));
        using var alone = new ItemTableBuilder(s_items.Schema);
        alone.AppendIds([new ItemId("a")]);
        Assert.Throws<ArgumentException>(() => alone.SetCodes("main", 0, new ulong[3]));
        Assert.Throws<ArgumentException>(() => alone.SetCodes("main", 0, new ulong[4]));

        void Refuse(SearchRequest wrong, string part) => Assert.Contains(
            part, Assert.Throws<ArgumentException>(() => retriever.Search(wrong)).Message, StringComparison.Ordinal);
    }

    private static SearchRequest Request() => new()
    {
        Embeddings = [new EmbeddingQuery("main", RandomItems.RandomVector(new Random(3), RandomItems.Dim))],
        K = 10,
    };
}

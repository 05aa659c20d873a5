using System.Text.Json;
using Linr.Cli;
using Linr.Engine;
using Linr.Index.ModelFiles;
using Linr.Layers;
using Linr.Onnx;
using Linr.Tests.Cli;

namespace Linr.Tests.Onnx;

/// <summary>Towers that are ONNX files: from the command line to an answer, and what is wrong with one.</summary>
public sealed class OnnxTowerTests
{
    private const int Dim = 3;

    // [numbers of a colour, D] and so on, of no meaning.
    private static readonly float[] s_size = [0.5f, -1, 0.25f];
    private static readonly float[] s_mix = [1, 0.5f, 0, -1, 2, 0.25f, 0.125f, 0, 1];
    private static readonly float[] s_turn = [0, 1, 0.5f, 1, 0, -0.5f, 0.25f, 0.25f, 1];
    private static readonly float[] s_age = [0.25f, 0, -0.5f];

    // embedding = v mix + size / 8 * s_size + (red: 1, else 0) * s_size
    private static byte[] ItemTower { get; } = new OnnxGraph()
        .Input("v", OnnxGraph.Float, 0, Dim).Input("size", OnnxGraph.Float, 0).Input("colour", OnnxGraph.Text, 0, 1)
        .Output("embedding", OnnxGraph.Float, 0, Dim)
        .Floats("mix", [Dim, Dim], s_mix).Floats("direction", [1, Dim], s_size).Floats("eighth", [1], 0.125f).Integers("last", [1], 1)
        .Node("MatMul", ["v", "mix"], "mixed")
        .Node("LabelEncoder", ["colour"], "red", OnnxGraph.Texts("keys_strings", "red"), OnnxGraph.FloatList("values_floats", 1))
        .Node("Unsqueeze", ["size", "last"], "column").Node("Mul", ["column", "eighth"], "scaled")
        .Node("Max", ["red", "zero"], "colourful").Floats("zero", [1], 0)
        .Node("Add", ["scaled", "colourful"], "factor").Node("Mul", ["factor", "direction"], "moved")
        .Node("Add", ["mixed", "moved"], "embedding")
        .ToBytes();

    // embedding = (mean of the history) turn + age * s_age
    private static byte[] QueryTower { get; } = new OnnxGraph()
        .Input("history", OnnxGraph.Float, 0, 4, Dim).Input("history_mask", OnnxGraph.Float, 0, 4)
        .Input("history_length", OnnxGraph.Int64, 0).Input("age", OnnxGraph.Float, 0, 1)
        .Output("embedding", OnnxGraph.Float, 0, Dim)
        .Floats("turn", [Dim, Dim], s_turn).Floats("years", [1, Dim], s_age).Floats("one", [1], 1).Integers("places", [1], 1)
        .Node("ReduceSum", ["history", "places"], "sum", OnnxGraph.Integer("keepdims", 0))
        .Node("ReduceSum", ["history_mask", "places"], "items", OnnxGraph.Integer("keepdims", 1))
        .Node("Max", ["items", "one"], "count").Node("Div", ["sum", "count"], "mean").Node("MatMul", ["mean", "turn"], "turned")
        .Node("Mul", ["age", "years"], "aged").Node("Add", ["turned", "aged"], "embedding")
        .ToBytes();

    [Fact]
    public async Task Items_are_embedded_when_a_model_is_built_and_queries_when_it_is_searched()
    {
        using var folder = new TemporaryFolder();
        string model = await BuildAsync(folder);
        using var retriever = Retriever.Open(model, new RetrieverOptions { QueryTower = OnnxQueryTower.Find });
        Assert.Equal(["default", "v"], retriever.Schema.Embeddings.Select(one => one.Name));
        float[] third = retriever.Get("p3")!.Embeddings["default"].ToArray();
        AssertNear(Expected(retriever.Get("p3")!), third);
        AssertNear(Expected(retriever.Get("p1")!), retriever.Get("p1")!.Embeddings["default"].ToArray());

        // Of five items the latest four are read; one that the model does not have is passed over.
        ItemId[] history = ["p9", "p1", "p5", "nobody", "p7", "p3"];
        var request = new SearchRequest
        {
            History = [.. history], K = 40, IncludeSeen = true,
            Features = new Dictionary<string, IReadOnlyList<Value>> { ["age"] = [2L] },
        };
        float[][] latest =
        [
            .. history.Where(id => id != "p9" && id != "nobody")
                .Select(id => retriever.Get(id)!.Embeddings["default"].ToArray()),
        ];
        float[] mean = [.. Enumerable.Range(0, Dim).Select(d => latest.Average(one => one[d]))];
        float[] query = [.. Times(mean, s_turn).Select((value, d) => value + (2 * s_age[d]))];
        SearchResponse expected = retriever.Search(
            request with { History = [], Features = new Dictionary<string, IReadOnlyList<Value>>(), Embeddings = [new EmbeddingQuery("default", query)] });
        SearchResponse found = retriever.Search(request);
        Assert.Equal(["nobody"], found.UnknownIds.Select(id => id.ToString()));
        Assert.Equal(expected.Hits.Select(hit => hit.Id), found.Hits.Select(hit => hit.Id));
        Assert.All(expected.Hits.Zip(found.Hits), pair => Assert.Equal(pair.First.Score, pair.Second.Score, 1e-5f));

        // Alone and among others a query has the same bits; an empty history has its features.
        SearchRequest[] several = [request with { History = [] }, request, request with { History = ["p2"] }];
        Assert.Equal(
            found.Hits.Select(hit => (hit.Id, hit.Score)), retriever.SearchBatch(several)[1].Hits.Select(hit => (hit.Id, hit.Score)));
        ArgumentException wrong = Assert.Throws<ArgumentException>(() => retriever.Search(request with
        {
            Features = new Dictionary<string, IReadOnlyList<Value>> { ["height"] = [2L] },
        }));
        Assert.Contains("expected what the query tower reads (age); found \"height\"", wrong.Message, StringComparison.Ordinal);
        wrong = Assert.Throws<ArgumentException>(() => retriever.Search(request with
        {
            Features = new Dictionary<string, IReadOnlyList<Value>> { ["age"] = ["old"] },
        }));
        Assert.Equal(
            "ONNX query tower of \"default\", input \"age\": expected numbers, dates or booleans for Float; found Keyword.", wrong.Message);
    }

    [Fact]
    public async Task The_command_line_searches_and_compares_by_it_and_a_rewrite_keeps_it()
    {
        using var folder = new TemporaryFolder();
        string model = await BuildAsync(folder);
        JsonElement hits = (await CliRun.OfGood("query", model, "--history", "p1,p5", "--json")).Json.GetProperty("hits");
        Assert.Equal(10, hits.GetArrayLength());
        string plain = folder.File("plain.linr");
        await CliRun.OfGood("build", "--items", TinyData.Items(folder), "--out", plain);
        JsonElement found = (await CliRun.OfGood(
            "eval", plain, "--compare", model, "--interactions", TinyData.Interactions(folder), "--json")).Json;
        JsonElement[] systems = [.. found.GetProperty("models")[1].GetProperty("systems").EnumerateArray()];
        Assert.Equal("custom query tower of default", Assert.Single(systems).GetProperty("query").GetString());

        using LoadedModel loaded = ModelReader.Open(model);
        ModelWriter.Write(folder.File("again.linr"), loaded.Contents());
        Assert.Equal(File.ReadAllBytes(model), File.ReadAllBytes(folder.File("again.linr")));
        Assert.Equal(ItemTower, OnnxTensors.Find(loaded, TowerSpec.ItemTower)!.Value.Bytes);
    }

    [Fact]
    public async Task What_does_not_fit_is_named_with_its_input()
    {
        var schema = new Schema
        {
            IdKind = IdKind.Integer,
            Fields = [new FieldSchema("size", FieldType.Integer, FieldRoles.Feature)],
            Embeddings = [new EmbeddingSchema("default", Dim), new EmbeddingSchema("v", 2)],
        };
        OnnxGraph Item(string name, int type, params int[] shape)
            => new OnnxGraph().Input(name, type, shape).Output("y", OnnxGraph.Float, 0, Dim).Node("Identity", [name], "y");
        foreach ((OnnxGraph graph, string problem) in new[]
            {
                (Item("shape", OnnxGraph.Float, 0, Dim), "input \"shape\": expected one of id, size, default, v as its name; found shape."),
                (Item("v", OnnxGraph.Float, 0, Dim), "input \"v\": expected Float [B, 2]; found Float [?, 3]."),
            })
        {
            ArgumentException error = Assert.Throws<ArgumentException>(() => new OnnxItemTower(graph.ToBytes(), "default", schema));
            Assert.Equal($"ONNX item tower of \"default\", {problem}", error.Message);
        }

        OnnxGraph narrow = new OnnxGraph().Input("history", OnnxGraph.Float, 0, 5, 2).Output("y", OnnxGraph.Float, 0, Dim)
            .Integers("at", [1], 1).Floats("w", [2, Dim], 1, 2, 3, 4, 5, 6)
            .Node("ReduceSum", ["history", "at"], "sum", OnnxGraph.Integer("keepdims", 0)).Node("MatMul", ["sum", "w"], "y");
        Assert.Equal(
            "ONNX query tower of \"default\", input \"history\": expected Float [B, L, 3]; found Float [?, 5, 2].",
            Assert.Throws<ArgumentException>(() => OnnxQueryTower.Open(narrow.ToBytes(), "default", schema)).Message);
        OnnxGraph wide = new OnnxGraph().Input("size", OnnxGraph.Float, 0, 2).Output("y", OnnxGraph.Float, 0, 2).Node("Identity", ["size"], "y");
        Assert.Equal(
            "ONNX query tower of \"default\": expected an output of 3 floats; found 2.",
            Assert.Throws<ArgumentException>(() => OnnxQueryTower.Open(wide.ToBytes(), "default", schema)).Message);
        OnnxGraph integers = new OnnxGraph().Input("id", OnnxGraph.Int64, 0, Dim).Output("y", OnnxGraph.Int64, 0, Dim).Node("Identity", ["id"], "y");
        Assert.Contains(
            "output \"y\": expected Float [B, D] with a fixed D; found Int64 [?, 3]",
            Assert.Throws<LayerException>(() => new OnnxItemTower(integers.ToBytes(), "default", schema)).Message,
            StringComparison.Ordinal);
        Assert.StartsWith(
            "ONNX item tower of \"default\": expected an ONNX file; ",
            Assert.Throws<LayerException>(() => new OnnxItemTower([1, 2, 3], "default", schema)).Message,
            StringComparison.Ordinal);

        using var folder = new TemporaryFolder();
        string bad = folder.File("bad.onnx");
        await File.WriteAllTextAsync(bad, "no protocol buffer", TestContext.Current.CancellationToken);
        await CliRun.AssertMistake(
            ExitCode.Failure, "ONNX item tower of \"default\": expected an ONNX file",
            "build", "--items", TinyData.Items(folder), "--item-tower", $"default={bad}", "--out", folder.File("x.linr"));
        await CliRun.AssertMistake(
            ExitCode.Usage, "--query-tower: expected one of the model's embeddings (v); found \"default\"",
            "build", "--items", TinyData.Items(folder), "--query-tower", $"default={bad}", "--out", folder.File("x.linr"));
    }

    [Fact]
    public void Ids_reach_a_tower_as_they_are()
    {
        var schema = new Schema { IdKind = IdKind.Integer, Embeddings = [new EmbeddingSchema("default", 2)] };
        byte[] byId = new OnnxGraph().Input("id", OnnxGraph.Int64, 0).Output("y", OnnxGraph.Float, 0, 2)
            .Floats("table", [3, 2], 1, 2, 3, 4, 5, 6).Node("Gather", ["table", "id"], "y").ToBytes();
        using var items = new OnnxItemTower(byId, "default", schema);
        float[] rows = new float[4];
        items.Embed([new Item { Id = 2L }, new Item { Id = 0L }], rows);
        Assert.Equal([5f, 6, 1, 2], rows);

        // The latest two of three ids, after padding of 0 where there are fewer.
        byte[] byHistory = new OnnxGraph().Input("history_ids", OnnxGraph.Int64, 0, 2).Output("y", OnnxGraph.Float, 0, 2)
            .Node("Cast", ["history_ids"], "y", OnnxGraph.Integer("to", OnnxGraph.Float)).ToBytes();
        using OnnxQueryTower queries = OnnxQueryTower.Open(byHistory, "default", schema);
        Assert.Equal(2, queries.HistoryLength);
        var none = new Dictionary<string, IReadOnlyList<Value>>();
        queries.Embed([new([7L, 9L], new float[4], none), new([8L], new float[2], none)], rows);
        Assert.Equal([7f, 9, 0, 8], rows);
    }

    private static async Task<string> BuildAsync(TemporaryFolder folder)
    {
        File.WriteAllBytes(folder.File("item.onnx"), ItemTower);
        File.WriteAllBytes(folder.File("query.onnx"), QueryTower);
        string model = folder.File("model.linr");
        await CliRun.OfGood(
            "build", "--items", TinyData.Items(folder), "--item-tower", $"default={folder.File("item.onnx")}",
            "--query-tower", $"default={folder.File("query.onnx")}", "--out", model);
        return model;
    }

    private static float[] Expected(Item item)
    {
        float factor = (item.Fields["size"][0].Integer / 8f) + (item.Fields["colour"][0].Text == "red" ? 1 : 0);
        return [.. Times(item.Embeddings["v"].ToArray(), s_mix).Select((value, d) => value + (factor * s_size[d]))];
    }

    private static float[] Times(float[] row, float[] matrix)
        => [.. Enumerable.Range(0, Dim).Select(d => row.Select((value, k) => value * matrix[(k * Dim) + d]).Sum())];

    private static void AssertNear(float[] expected, float[] found)
        => Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
}

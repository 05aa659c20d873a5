using Linr.Engine;
using Linr.Index.ModelFiles;
using Linr.Layers;
using Linr.Rankers;

namespace Linr.Tests.Engine.Rankers;

/// <summary>Rankers in model files: written, read back, refused where parts do not fit.</summary>
public sealed class RankerFileTests
{
    private static readonly RankerModel s_model = new(40);

    [Fact]
    public void A_rewritten_file_keeps_its_rankers()
    {
        using var folder = new TemporaryFolder();
        s_model.Write(folder.File("1"));
        using (LoadedModel model = ModelReader.Open(folder.File("1")))
        {
            ModelWriter.Write(folder.File("2"), model.Contents());
            var list = RankerList.Parse(model.RankersJson);
            Assert.Equal(list.ToJson(), model.RankersJson);
            Assert.StartsWith(
                "[{\"name\":\"overarch\",\"candidates\":50,\"query\":{", model.RankersJson, StringComparison.Ordinal);
            Assert.DoesNotContain("queryEmbedding", model.RankersJson, StringComparison.Ordinal);
            Assert.Equal(
                list.TensorNames().Concat(SimilarityList.Parse(model.SimilaritiesJson).TensorNames()).Distinct().Order(),
                model.Tensors.Select(tensor => tensor.Name).Order());
        }

        Assert.Equal(File.ReadAllBytes(folder.File("1")), File.ReadAllBytes(folder.File("2")));
    }

    [Fact]
    public void Format_1_has_rankers()
    {
        using var folder = new TemporaryFolder();
        const string name = "format-1-rankers.linr";
        var model = new RankerModel(8);
        if (Environment.GetEnvironmentVariable("LINR_WRITE_GOLDEN") is { } write)
        {
            model.Write(Path.Combine(write, name));
        }

        string golden = Path.Combine(AppContext.BaseDirectory, "Golden", name);
        model.Write(folder.File("built"));
        Assert.Equal(File.ReadAllBytes(golden), File.ReadAllBytes(folder.File("built")));
        using var retriever = Retriever.Open(golden);
        float[] query = model.Weights(RankerModel.Dim);
        SearchResponse found = retriever.Search(new SearchRequest
        {
            Embeddings = [new EmbeddingQuery("main", query)], K = 8, RankBy = new RankBy(RankerModel.Name),
        });
        Assert.Equal(8, found.Hits.Count);
        Assert.All(
            found.Hits,
            hit => Assert.Equal(model.Tasks(query, [], (int)hit.Id.Integer).Rating, hit.Tasks["rating"], 1e-4));
    }

    [Fact]
    public void Files_whose_parts_do_not_fit_are_refused()
    {
        Refuse(one => one with { Candidates = 0 }, "expected 1 to 65536 candidates; found 0");
        Refuse(one => one with { Features = [] }, "expected features; found none");
        Refuse(one => one with { Features = one.Features.Add("colour") }, "unknown feature \"colour\"");
        Refuse(one => one with { Features = one.Features.Add("item") }, "the feature \"item\" stands twice");
        Refuse(one => one with { Features = one.Features.Remove("item") }, "reads 14 numbers, as many as the features have; found 18");
        Refuse(one => one with { Similarity = null }, "expected both the feature \"similarity\" and the name of one");
        Refuse(one => one with { Similarity = "other" }, "expected a similarity \"other\" of \"main\" alone; found none");
        Refuse(one => one with { Tensors = one.Tensors.Clear() }, "expected a tensor \"places\"; found none");
        Refuse(one => one with { Tensors = one.Tensors.SetItem("places", "none") }, "its places as tensor \"none\"");
        Refuse(one => one with { Tensors = one.Tensors.SetItem("places", "wide") }, "found Float32 of 2 dims");
        Refuse(one => one with { Tasks = [] }, "expected 1 to 64 tasks; found 0");
        Refuse(one => one with { Tasks = one.Tasks.Add(RankerModel.Click) }, "two tasks are named \"click\"");
        Refuse(one => one with { Tasks = [one.Tasks[0] with { Kind = "odds" }, one.Tasks[1]] }, "found \"odds\"");
        Refuse(one => one with { Tasks = [one.Tasks[0]] }, "expected its last layer to give a row of 1; found 2");
        Refuse(one => one with { Layers = one.Layers.RemoveAt(0) }, "its input \"input\" is no layer before it");
        Refuse(one => one with { Query = one.Query with { Dim = 5 } }, "found 5 of the query and 4 of items");
        Refuse(
            one => one with { Item = one.Item with { Embedding = "main.hadamard" } },
            "expected an embedding \"main.hadamard\" of dim 4 with rows; found dim 3");
        Refuse(one => one with { Item = one.Item with { Embedding = "none" } }, "expected an embedding \"none\"");

        // All at once.
        string both = Refuse(one => one with { Candidates = 0, Tasks = [] }, "candidates");
        Assert.Contains("tasks", both, StringComparison.Ordinal);

        static string Refuse(Func<RankerSpec, RankerSpec> change, string part)
        {
            using var folder = new TemporaryFolder();
            s_model.Write(folder.File("m"), change);
            string message = Assert.Throws<LayerException>(() => Retriever.Open(folder.File("m"))).Message;
            Assert.Contains(part, message, StringComparison.Ordinal);
            return message;
        }
    }
}

using System.Collections.Immutable;
using Linr.Engine;
using Linr.Filters;
using Linr.Index.ModelFiles;
using Linr.Layers;

namespace Linr.Tests.Engine.Similarities;

/// <summary>Searches by the learned similarities of a model file.</summary>
public sealed class SimilaritySearchTests
{
    private const int Count = 1_200;
    private static readonly SimilarityModel s_model = new(Count);

    [Theory]
    [InlineData("hadamard")]
    [InlineData("mixture")]
    public void Every_item_that_passes_is_looked_at(string similarity)
    {
        using var folder = new TemporaryFolder();
        s_model.Write(folder.File("m"));
        using var retriever = Retriever.Open(folder.File("m"), new RetrieverOptions { Threads = 2 });
        float[] query = s_model.Weights(SimilarityModel.Dim);
        SearchRequest request = Request(similarity, query) with { Filter = Filter.Parse("shop != 'shop 3'"), Explain = true };
        SearchResponse found = retriever.Search(request);
        double[] logits = s_model.Logits(similarity, query);
        int[] expected =
            [.. Enumerable.Range(0, Count).Where(item => item % 7 != 3).OrderByDescending(item => logits[item]).Take(25)];
        Assert.Equal(25, found.Hits.Count);
        foreach ((Hit hit, int item) in found.Hits.Zip(expected))
        {
            // Items whose logits are as near as roundings may change places.
            Assert.Equal(logits[item], hit.Score, 1e-4 * (1 + Math.Abs(logits[item])));
            Assert.Equal(logits[(int)hit.Id.Integer], hit.Score, 1e-4 * (1 + Math.Abs(hit.Score)));
        }

        Assert.Equal((similarity, true, null), (found.Mode, found.Exact, found.RowsRescored));
        Assert.Equal(Enumerable.Range(0, Count).Count(item => item % 7 != 3), found.RowsPassed);
        Assert.Contains(found.Explanation!.Stages, stage => stage.Name == "similarity");
        Assert.Equal(["embed", "filter", "scan", "fetch"], found.Stages.Select(stage => stage.Name));
        SearchResponse grouped = retriever.Search(request with { GroupBy = new GroupBy("shop", 2), ScoreMin = found.Hits[20].Score });
        Assert.All(grouped.Hits.GroupBy(hit => hit.Id.Integer % 7), group => Assert.InRange(group.Count(), 1, 2));
        Assert.All(grouped.Hits, hit => Assert.True(hit.Score >= found.Hits[20].Score));
        SearchResponse items = retriever.Search(new SearchRequest { Items = [4, 9], K = 5, Similarity = similarity });
        Assert.DoesNotContain(items.Hits, hit => hit.Id == 4 || hit.Id == 9);
    }

    [Theory]
    [InlineData("hadamard")]
    [InlineData("mixture")]
    public void A_first_stage_chooses_by_the_embedding(string similarity)
    {
        using var folder = new TemporaryFolder();
        s_model.Write(folder.File("m"), rowType: RowType.Float16);
        using var retriever = Retriever.Open(folder.File("m"));
        SearchRequest request = Request(similarity, s_model.Weights(SimilarityModel.Dim));
        HashSet<ItemId> chosen =
            [.. retriever.Search(request with { Similarity = null, K = 200 }).Hits.Select(hit => hit.Id)];
        SearchResponse exact = retriever.Search(request with { K = Count });
        SearchResponse found = retriever.Search(request with { FirstStage = 200 });
        Assert.Equal(
            exact.Hits.Where(hit => chosen.Contains(hit.Id)).Take(25).Select(hit => (hit.Id, hit.Score)),
            found.Hits.Select(hit => (hit.Id, hit.Score)));
        Assert.Equal(($"main -> 200 of 1,200 by {similarity}", false, 200L), (found.Mode, found.Exact, found.RowsRescored));
        SearchResponse all = retriever.Search(request with { FirstStage = Count });
        Assert.True(all.Exact);
        Assert.Equal(exact.Hits.Take(25).Select(hit => (hit.Id, hit.Score)), all.Hits.Select(hit => (hit.Id, hit.Score)));
    }

    [Fact]
    public void A_mixed_batch_gives_each_request_what_it_gets_alone()
    {
        using var folder = new TemporaryFolder();
        s_model.Write(folder.File("m"));
        using var retriever = Retriever.Open(folder.File("m"), new RetrieverOptions { Threads = 2 });
        string?[] names = [null, "hadamard", "mixture"];
        SearchRequest[] requests =
        [
            .. Enumerable.Range(0, 24).Select(i => Request(names[i % 3], s_model.Weights(SimilarityModel.Dim)) with
            {
                K = 3 + i,
                Filter = i % 4 == 0 ? Filter.Parse($"shop = 'shop {i % 7}'") : null,
                FirstStage = i % 6 == 1 ? 60 : null,
            }),
        ];
        ImmutableArray<SearchResponse> batch = retriever.SearchBatch(requests);
        for (int i = 0; i < requests.Length; i++)
        {
            SearchResponse alone = retriever.Search(requests[i]);
            Assert.Equal(alone.Hits.Select(hit => (hit.Id, hit.Score)), batch[i].Hits.Select(hit => (hit.Id, hit.Score)));
            Assert.Equal((alone.Mode, alone.Exact, alone.RowsPassed), (batch[i].Mode, batch[i].Exact, batch[i].RowsPassed));
        }
    }

    [Fact]
    public void A_rewritten_file_keeps_its_similarities()
    {
        using var folder = new TemporaryFolder();
        s_model.Write(folder.File("1"));
        using (LoadedModel model = ModelReader.Open(folder.File("1")))
        {
            ModelWriter.Write(folder.File("2"), model.Contents());
            Assert.Equal(SimilarityList.Parse(model.SimilaritiesJson).ToJson(), model.SimilaritiesJson);
            Assert.StartsWith(
                "[{\"kind\":\"hadamard_mlp\",\"name\":\"hadamard\",\"query\":{", model.SimilaritiesJson, StringComparison.Ordinal);
            Assert.DoesNotContain("queryEmbedding", model.SimilaritiesJson, StringComparison.Ordinal);
            Assert.Equal(
                SimilarityList.Parse(model.SimilaritiesJson).TensorNames().Order(),
                model.Tensors.Select(tensor => tensor.Name).Order());
        }

        Assert.Equal(File.ReadAllBytes(folder.File("1")), File.ReadAllBytes(folder.File("2")));
    }

    [Fact]
    public void Format_1_has_similarities()
    {
        using var folder = new TemporaryFolder();
        const string name = "format-1-similarities.linr";
        var model = new SimilarityModel(8);
        if (Environment.GetEnvironmentVariable("LINR_WRITE_GOLDEN") is { } write)
        {
            model.Write(Path.Combine(write, name));
        }

        string golden = Path.Combine(AppContext.BaseDirectory, "Golden", name);
        model.Write(folder.File("built"));
        Assert.Equal(File.ReadAllBytes(golden), File.ReadAllBytes(folder.File("built")));
        using var retriever = Retriever.Open(golden);
        Assert.Equal(["hadamard", "mixture"], retriever.Similarities.Select(one => one.Spec.Name));
        float[] query = model.Weights(SimilarityModel.Dim);
        foreach (string similarity in (string[])["hadamard", "mixture"])
        {
            double[] logits = model.Logits(similarity, query);
            Assert.All(
                retriever.Search(Request(similarity, query)).Hits,
                hit => Assert.Equal(logits[(int)hit.Id.Integer], hit.Score, 1e-4 * (1 + Math.Abs(hit.Score))));
        }
    }

    [Fact]
    public void Requests_that_it_cannot_answer_are_refused()
    {
        using var folder = new TemporaryFolder();
        s_model.Write(folder.File("m"));
        using var retriever = Retriever.Open(folder.File("m"));
        SearchRequest request = Request("hadamard", s_model.Weights(SimilarityModel.Dim));
        Refuse(request with { Similarity = "other" }, "Similarity: expected one of the model's (hadamard, mixture); found \"other\"");
        Refuse(request with { FirstStage = 0 }, "FirstStage: expected 1 or more");
        Refuse(request with { Similarity = null, FirstStage = 5 }, "FirstStage: expected 1 or more, with a Similarity");
        Refuse(request with { Approximation = new() }, "expected FirstStage instead of Approximation");
        Refuse(
            request with { Embeddings = [new EmbeddingQuery("main.gate", new float[4])] },
            "expected a query of each of \"main\" for \"hadamard\"; found \"main.gate\"");

        void Refuse(SearchRequest wrong, string part) => Assert.Contains(
            part, Assert.Throws<ArgumentException>(() => retriever.Search(wrong)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_whose_parts_do_not_fit_are_refused()
    {
        Refuse(one => one with { Kind = "euclid" }, "unknown kind of similarity \"euclid\"");
        Refuse(one => one with { Items = [] }, "expected 1 heads of items; found 0");
        Refuse(one => one with { Tensors = one.Tensors.Remove("outer") }, "expected a tensor \"outer\"; found none");
        Refuse(one => one with { Tensors = one.Tensors.Add("more", "x") }, "unknown tensor \"more\"");
        Refuse(one => one with { Tensors = one.Tensors.SetItem("outer", "none") }, "expected its outer as tensor \"none\"");
        Refuse(one => one with { Tensors = one.Tensors.SetItem("outer", "hadamard/inner") }, "weights");
        Refuse(
            one => one with { Items = [one.Items[0] with { Embedding = "main.gate" }] },
            "expected rows of \"main.gate\" of 5 floats; found 4");
        Refuse(one => one with { Items = [one.Items[0] with { Embedding = "none" }] }, "expected an embedding \"none\"");
        Refuse(
            one => one with { Query = one.Query with { Layers = one.Query.Layers.RemoveAt(0) } },
            "its input \"input\" is no layer before it");

        static void Refuse(Func<SimilaritySpec, SimilaritySpec> change, string part)
        {
            using var folder = new TemporaryFolder();
            s_model.Write(folder.File("m"), list => new SimilarityList([change(list.Similarities[0])]));
            Assert.Contains(
                part,
                Assert.Throws<LayerException>(() => Retriever.Open(folder.File("m"))).Message,
                StringComparison.Ordinal);
        }
    }

    private static SearchRequest Request(string? similarity, float[] query)
        => new() { Embeddings = [new EmbeddingQuery("main", query)], K = 25, Similarity = similarity };
}

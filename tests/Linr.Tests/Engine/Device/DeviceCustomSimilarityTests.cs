using Linr.Engine;
using Linr.Engine.Batching;
using Linr.Kernels.Tests.Cuda;
using Linr.Tests.Engine.Similarities;

namespace Linr.Tests.Engine.Device;

/// <summary>Similarities in C# beside a device, which chooses their candidates.</summary>
public sealed class DeviceCustomSimilarityTests(CudaMachine machine) : CudaTest(machine)
{
    [Fact]
    public async Task The_host_reranks_what_the_device_chose_and_the_answer_says_so()
    {
        var items = new RandomItems(800, seed: 5);
        using var cuda = Retriever.Over(items.ToTable(), "test", new RetrieverOptions
        {
            Device = EngineDevice.Cuda, Similarities = [new Plain("twin", "side")], SimilarityCandidates = 60,
        });
        var request = new SearchRequest
        {
            Embeddings = [new EmbeddingQuery("side", RandomItems.RandomVector(new Random(2), RandomItems.SideDim))],
            K = 20,
            Explain = true,
        };
        SearchResponse expected = cuda.Search(request);
        SearchResponse found = cuda.Search(request with { Similarity = "twin" });
        Assert.Equal(expected.Hits.Select(hit => (hit.Id, hit.Score)), found.Hits.Select(hit => (hit.Id, hit.Score)));
        Assert.Equal(("side -> 60 of 800 by twin", false, 60L), (found.Mode, found.Exact, found.RowsRescored));
        Assert.StartsWith(cuda.Engine + ", cpu", found.Explanation!.Engine, StringComparison.Ordinal);

        // Under a batcher the usual number of candidates is the same.
        using (var batcher = new SearchBatcher(cuda))
        {
            SearchResponse batched = await batcher.SearchAsync(
                request with { Similarity = "twin" }, timeout: null, TestContext.Current.CancellationToken);
            Assert.Equal((60L, false), (batched.RowsRescored, batched.Exact));
        }

        SearchResponse more = cuda.Search(request with { Similarity = "twin", FirstStage = 90 });
        Assert.Equal((90L, false), (more.RowsRescored, more.Exact));
        Assert.True(cuda.Search(request with { Similarity = "twin", FirstStage = 800 }).Exact);
    }
}

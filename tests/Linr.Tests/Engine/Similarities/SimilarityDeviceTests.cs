using System.Collections.Immutable;
using Linr.Engine;
using Linr.Filters;
using Linr.Kernels.Tests.Cuda;

namespace Linr.Tests.Engine.Similarities;

/// <summary>Learned similarities that a device scores: the processor's answers.</summary>
public sealed class SimilarityDeviceTests(CudaMachine machine) : CudaTest(machine)
{
    private static readonly SimilarityModel s_model = new(900);

    [Theory]
    [InlineData("hadamard", 1)]
    [InlineData("mixture", 1)]
    [InlineData("hadamard", 2)]
    public void A_device_scores_every_item_or_a_first_stages(string similarity, int shards)
    {
        using var folder = new TemporaryFolder();
        s_model.Write(folder.File("m"), rowType: RowType.Float16);
        using var cpu = Retriever.Open(folder.File("m"), new RetrieverOptions { Threads = 1 });
        using var cuda = Retriever.Open(folder.File("m"), OnCuda([.. new int[shards]]));
        SearchRequest[] requests =
        [
            .. Enumerable.Range(0, 8).Select(i => new SearchRequest
            {
                Embeddings = [new EmbeddingQuery("main", s_model.Weights(SimilarityModel.Dim))],
                K = 10 + i,
                Similarity = similarity,
                Filter = i % 3 == 0 ? Filter.Parse($"shop != 'shop {i}'") : null,
                GroupBy = i == 4 ? new GroupBy("shop", 2) : null,
                ScoreMin = i == 5 ? 0.1f : null,
                FirstStage = i > 5 ? 100 : null,
                Explain = true,
            }),
        ];
        ImmutableArray<SearchResponse> expected = cpu.SearchBatch(requests);
        ImmutableArray<SearchResponse> found = cuda.SearchBatch(requests);
        for (int i = 0; i < requests.Length; i++)
        {
            Assert.Equal(
                expected[i].Hits.Select(hit => (hit.Id, BitConverter.SingleToInt32Bits(hit.Score))),
                found[i].Hits.Select(hit => (hit.Id, BitConverter.SingleToInt32Bits(hit.Score))));
            Assert.Equal(
                (expected[i].Mode, expected[i].Exact, expected[i].RowsPassed, expected[i].RowsRescored),
                (found[i].Mode, found[i].Exact, found[i].RowsPassed, found[i].RowsRescored));
            Assert.Equal(cuda.Engine, found[i].Explanation!.Engine);
        }
    }

    [Fact]
    public void What_a_device_cannot_score_says_why()
    {
        using var folder = new TemporaryFolder();
        s_model.Write(folder.File("m"), rowType: RowType.Int8);
        using var cpu = Retriever.Open(folder.File("m"), new RetrieverOptions { Threads = 1 });
        using var cuda = Retriever.Open(folder.File("m"), OnCuda([0]));
        var request = new SearchRequest
        {
            Embeddings = [new EmbeddingQuery("main", s_model.Weights(SimilarityModel.Dim))],
            K = 12,
            Similarity = "hadamard",
            Explain = true,
        };
        SearchResponse found = cuda.Search(request);
        Assert.Equal(
            cpu.Search(request).Hits.Select(hit => (hit.Id, hit.Score)), found.Hits.Select(hit => (hit.Id, hit.Score)));
        Assert.EndsWith(", not cuda: its halves are Int8", found.Explanation!.Engine, StringComparison.Ordinal);
    }

    private static RetrieverOptions OnCuda(ImmutableArray<int> ordinals)
        => new() { Threads = 1, Device = EngineDevice.Cuda, Cuda = new CudaOptions { Ordinals = ordinals } };
}

using System.Collections.Immutable;
using Linr.Engine;
using Linr.Filters;
using Linr.Kernels.Tests.Cuda;

namespace Linr.Tests.Engine.Rankers;

/// <summary>Candidates that a device finds, in the order that a ranker puts them in: the processor's answers.</summary>
public sealed class RankedDeviceSearchTests(CudaMachine machine) : CudaTest(machine)
{
    private static readonly RankerModel s_model = new(700);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_a_device_finds_is_ranked_as_what_a_processor_finds(int shards)
    {
        using var folder = new TemporaryFolder();
        s_model.Write(folder.File("m"), codes: new EmbeddingCodes(64));
        using var cpu = Retriever.Open(folder.File("m"), new RetrieverOptions { Threads = 1 });
        using var cuda = Retriever.Open(folder.File("m"), new RetrieverOptions
        {
            Threads = 1, Device = EngineDevice.Cuda, Cuda = new CudaOptions { Ordinals = [.. new int[shards]] },
        });
        SearchRequest[] requests =
        [
            .. Enumerable.Range(0, 8).Select(i => new SearchRequest
            {
                Items = i < 3 ? [2 + i, 40, 9 * i] : [],
                Embeddings = i < 3 ? [] : [new EmbeddingQuery("main", s_model.Weights(RankerModel.Dim))],
                K = 5 + i,
                Similarity = i % 4 == 3 ? "hadamard" : null,
                Filter = i % 3 == 0 ? Filter.Parse($"shop != 'shop {i}'") : null,
                GroupBy = i == 4 ? new GroupBy("shop", 2) : null,
                Diversity = i == 5 ? new Diversity(0.5f, 15) : null,
                Approximation = i == 6 ? new Approximation { Rescores = false } : null,
                RankBy = new RankBy(RankerModel.Name, 20 + i)
                {
                    Weights = new Dictionary<string, double> { ["rating"] = i / 4.0 },
                },
                Explain = true,
            }),
        ];
        ImmutableArray<SearchResponse> expected = cpu.SearchBatch(requests);
        ImmutableArray<SearchResponse> found = cuda.SearchBatch(requests);
        for (int i = 0; i < requests.Length; i++)
        {
            Assert.Equal(5 + i, found[i].Hits.Count);
            Assert.Equal(expected[i].Hits.Select(Bits), found[i].Hits.Select(Bits));
            Assert.Equal(
                (expected[i].Mode, expected[i].Exact, expected[i].RowsPassed, expected[i].RowsRanked),
                (found[i].Mode, found[i].Exact, found[i].RowsPassed, found[i].RowsRanked));
            Assert.Contains(found[i].Explanation!.Stages, stage => stage.Name == "rank");
        }
    }

    private static (ItemId Id, int Score, int Click, int Rating) Bits(Hit hit) => (
        hit.Id,
        BitConverter.SingleToInt32Bits(hit.Score),
        BitConverter.SingleToInt32Bits(hit.Tasks["click"]),
        BitConverter.SingleToInt32Bits(hit.Tasks["rating"]));
}

using System.Collections.Immutable;
using CsCheck;
using Linr.Engine;
using Linr.Engine.Scan;
using Linr.Filters;
using Linr.Kernels.Tests.Cuda;

namespace Linr.Tests.Engine.Copies;

/// <summary>Copies and codes on devices, their rows on the host: the answers of the processor, to the bit.</summary>
public sealed class DeviceCopyTests(CudaMachine machine) : CudaTest(machine)
{
    private static readonly EmbeddingCodes s_codes = new(64);

    [Fact]
    public void Answers_are_those_of_the_rows_wherever_these_are()
    {
        (int byCopies, int onDevice) = (0, 0);
        Gen.Int[0, 1 << 30].Sample(
            seed =>
            {
                var items = new CopiedItems(seed, count: 1_000);
                using Retriever rows = items.ToRetriever(hasCopies: false);
                SearchRequest[] requests =
                    [.. Enumerable.Range(0, 8).Select(i => CopySearchTests.Request(items, i) with { Explain = true })];
                ImmutableArray<SearchResponse> expected = rows.SearchBatch(requests);
                foreach (bool onHost in (bool[])[false, true])
                {
                    using Retriever cuda = items.ToRetriever(hasCopies: true, OnCuda(onHost));
                    ImmutableArray<SearchResponse> found = cuda.SearchBatch(requests);
                    CopySearchTests.AssertSame(expected, found);
                    byCopies += found.Count(one => one.Mode.EndsWith("rescored", StringComparison.Ordinal));
                    onDevice += found.Count(
                        one => one.Explanation!.Engine.StartsWith(cuda.Engine, StringComparison.Ordinal));
                }
            },
            iter: 12,
            threads: 1);
        Assert.InRange(byCopies, 30, int.MaxValue);
        Assert.InRange(onDevice, 100, int.MaxValue);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Every_way_of_approximation_gives_what_the_processor_gives(int shards)
    {
        var items = new RandomItems(Limits.BlockRows + 900, seed: 4, codes: s_codes, copy: RowType.Int8);
        using Retriever cpu = items.ToRetriever();
        using var cuda = Retriever.Over(items.ToTable(), "test", OnCuda(onHost: true, [.. new int[shards]]));
        SearchRequest request = new()
        {
            Embeddings = [new EmbeddingQuery("main", RandomItems.RandomVector(new Random(1), RandomItems.Dim))],
            K = 30,
            Filter = Filter.Parse("size < 60"),
            Explain = true,
        };
        Approximation[] ways =
        [
            new() { By = ScoreSource.Copy, Rescores = false }, new() { By = ScoreSource.Copy, KeepCount = 500 },
            new() { Rescores = false }, new() { KeepCount = 900 }, new() { KeepShare = 0.1, IsAsymmetric = true },
            new() { KeepShare = 0.02, RescoresFrom = ScoreSource.Copy }, new() { KeepShare = 1 },
        ];
        foreach (Approximation way in ways)
        {
            SearchRequest asked = request with { Approximation = way };
            SearchResponse found = cuda.Search(asked);
            CopySearchTests.AssertSame([cpu.Search(asked)], [found]);
            Assert.StartsWith(cuda.Engine, found.Explanation!.Engine, StringComparison.Ordinal);
        }

        string mode = cuda.Search(request with { Approximation = new() { KeepCount = 900 } }).Mode;
        Assert.Matches(
            shards == 1 ? @"^sign-oporp\(64\) -> 900 of 39,\d+ by int8 -> 124 of 900 rescored$"
                : @"^sign-oporp\(64\) -> 900 of 39,\d+ rescored$",
            mode);
    }

    [Fact]
    public void Searchers_by_vectors_read_rows_on_the_host()
    {
        RandomItems items = new(500, seed: 4, copy: RowType.Int8);
        using Retriever cpu = items.ToRetriever();
        using var cuda = Retriever.Over(items.ToTable(), "test", OnCuda(onHost: true));
        using RowSearcher searcher = cuda.CreateRowSearcher("main");
        using RowSearcher expected = cpu.CreateRowSearcher("main");
        foreach (RowSearcher one in (RowSearcher[])[searcher, expected])
        {
            one.Begin(1);
            RandomItems.RandomVector(new Random(1), RandomItems.Dim).CopyTo(one.Query(0));
            one.Search(5);
        }

        Assert.Equal(expected.Hits(0).ToArray(), searcher.Hits(0).ToArray());
        Assert.EndsWith("not cuda: the rows of main are kept on the host", searcher.Engine, StringComparison.Ordinal);
    }

    private static RetrieverOptions OnCuda(bool onHost, ImmutableArray<int>? ordinals = null) => new()
    {
        Threads = 1,
        Device = EngineDevice.Cuda,
        Cuda = new CudaOptions { KeepsRowsOnHost = onHost, Ordinals = ordinals ?? [0], Queries = 32, K = 100 },
    };
}

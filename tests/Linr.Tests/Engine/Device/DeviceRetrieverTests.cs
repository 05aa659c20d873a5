using System.Collections.Immutable;
using CsCheck;
using Linr.Cuda;
using Linr.Engine;
using Linr.Engine.Scan;
using Linr.Filters;
using Linr.Index;
using Linr.Index.Device;
using Linr.Kernels.Tests.Cuda;
using Linr.Tests.Engine.Towers;

namespace Linr.Tests.Engine.Device;

public sealed class DeviceRetrieverTests(CudaMachine machine) : CudaTest(machine)
{
    [Fact]
    public void Answers_of_a_device_are_those_of_the_processor()
    {
        int onDevice = 0;
        Gen.Int[0, 1 << 30].Sample(
            seed =>
            {
                var model = new RandomModel(seed, itemsMax: 400);
                using var cpu = Retriever.Over(model.ToTable(), "v", new RetrieverOptions { Threads = 1 });
                using var cuda = Retriever.Over(new RandomModel(seed, 400).ToTable(), "v", OnCuda());
                for (int batch = 0; batch < 3; batch++)
                {
                    SearchRequest[] requests =
                        [.. Enumerable.Range(0, batch == 0 ? 1 : 1 + (seed % 20)).Select(_ => model.Request())];
                    ImmutableArray<SearchResponse> found = cuda.SearchBatch(requests);
                    AssertSame(cpu.SearchBatch(requests), found);
                    onDevice += found.Count(one => one.Explanation?.Engine == cuda.Engine);
                }
            },
            iter: 25,
            threads: 1);
        Assert.InRange(onDevice, 30, int.MaxValue);
    }

    [Fact]
    public void Codes_and_the_rows_that_they_choose_are_scanned_by_the_device()
    {
        var items = new RandomItems(3_000, seed: 3, codes: new EmbeddingCodes(64));
        using Retriever cpu = items.ToRetriever();
        using var cuda = Retriever.Over(items.ToTable(), "test", OnCuda());
        var request = new SearchRequest
        {
            Embeddings = [new EmbeddingQuery("main", RandomItems.RandomVector(new Random(1), RandomItems.Dim))],
            K = 30,
            Explain = true,
            Approximation = new Approximation { KeepCount = 200 },
        };
        SearchRequest alone = request with { Approximation = new Approximation { Rescores = false } };
        AssertSame(cpu.SearchBatch([request, alone]), cuda.SearchBatch([request, alone]));
        SearchRequest[] several =
        [
            request with { Approximation = new Approximation { KeepShare = 0.3 }, K = 400 },
            request with { Approximation = new Approximation(), Filter = Filter.Parse("colour = 'red'") },
            request with { Approximation = new Approximation(), Filter = Filter.Parse("size < 3"), ScoreMin = 0.2f },
            request with { Approximation = new Approximation { IsAsymmetric = true }, GroupBy = new GroupBy("colour", 2) },
            request with { Approximation = new Approximation { KeepShare = 1 }, Filter = Filter.Parse("size < 50") },
        ];
        AssertSame(cpu.SearchBatch(several), cuda.SearchBatch(several));
        SearchRequest asymmetric = alone with { Approximation = alone.Approximation! with { IsAsymmetric = true } };
        AssertSame(cpu.SearchBatch([asymmetric]), cuda.SearchBatch([asymmetric]));
        Assert.All(
            (SearchRequest[])[request, alone, asymmetric],
            one => Assert.Equal(cuda.Engine, cuda.Search(one).Explanation!.Engine));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Codes_alone_are_searched_by_devices(int shards)
    {
        var items = new RandomItems(
            Limits.BlockRows + 900, seed: 4, codes: new EmbeddingCodes(64), rowType: RowType.None);
        using Retriever cpu = items.ToRetriever();
        using var cuda = Retriever.Over(items.ToTable(), "test", OnCuda([.. new int[shards]]));
        var request = new SearchRequest
        {
            Embeddings = [new EmbeddingQuery("main", RandomItems.RandomVector(new Random(1), RandomItems.Dim))],
            Filter = Filter.Parse("colour = 'red'"),
            K = 30,
            Explain = true,
        };
        AssertSame(cpu.SearchBatch([request]), cuda.SearchBatch([request]));
        Assert.Equal(cuda.Engine, cuda.Search(request).Explanation!.Engine);
    }

    [Fact]
    public void Rows_that_codes_choose_on_several_shards_are_those_of_one_table()
    {
        var items = new RandomItems(Limits.BlockRows + 900, seed: 4, codes: new EmbeddingCodes(64));
        using Retriever cpu = items.ToRetriever();
        using var cuda = Retriever.Over(items.ToTable(), "test", OnCuda([0, 0]));
        var request = new SearchRequest
        {
            Embeddings = [new EmbeddingQuery("main", RandomItems.RandomVector(new Random(1), RandomItems.Dim))],
            K = 30,
            Approximation = new Approximation { KeepShare = 0.02 },
        };
        AssertSame(cpu.SearchBatch([request]), cuda.SearchBatch([request]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void One_device_with_several_shards_answers_as_one_table(int seed)
    {
        var items = new RandomItems((2 * Limits.BlockRows) + 777, seed);
        using Retriever cpu = items.ToRetriever();
        using var cuda = Retriever.Over(items.ToTable(), "test", OnCuda([0, 0]));
        Assert.Equal($"cuda 2 x {Context.Device.Name}", cuda.Engine);
        ItemId[] ids = [.. Enumerable.Range(0, 60).Select(i => new ItemId($"item-{i * 2_200}"))];
        var request = new SearchRequest
        {
            Embeddings = [new EmbeddingQuery("main", RandomItems.RandomVector(new Random(seed), RandomItems.Dim))],
            K = 300,
            Explain = true,
        };
        SearchRequest[] requests =
        [
            request,
            request with { Filter = Filter.Parse("colour = 'red' and size < 50"), ScoreMin = 0.2f },
            request with { Filter = FilterBuilder.IdIn(ids) },
            request with { GroupBy = new GroupBy("colour", 70) },
            request with { GroupBy = new GroupBy("colour", 2), Filter = Filter.Parse("size < 50") },
            request with { Filter = FilterBuilder.IdNotIn(cpu.Search(request).Hits.Take(40).Select(hit => hit.Id)) },
        ];
        ImmutableArray<SearchResponse> found = cuda.SearchBatch(requests);
        AssertSame(cpu.SearchBatch(requests), found);
        Assert.All(found, response => Assert.Equal(cuda.Engine, response.Explanation!.Engine));
    }

    [Theory]
    [InlineData(1_200, 6)]
    [InlineData(Limits.DimMax, 2)]
    public void Wide_embeddings_are_searched_as_well(int dimMax, int seeds)
    {
        for (int seed = 0; seed < seeds; seed++)
        {
            var model = new RandomModel(seed, itemsMax: 150, dimMax);
            using var cpu = Retriever.Over(model.ToTable(), "v", new RetrieverOptions { Threads = 1 });
            using var cuda = Retriever.Over(new RandomModel(seed, 150, dimMax).ToTable(), "v", OnCuda());
            SearchRequest[] requests = [.. Enumerable.Range(0, 9).Select(_ => model.Request())];
            AssertSame(cpu.SearchBatch(requests), cuda.SearchBatch(requests));
        }
    }

    [Fact]
    public void Histories_are_embedded_on_the_device()
    {
        using var file = new TowerFile();
        using var cpu = Retriever.Open(file.Path, new RetrieverOptions { Threads = 1 });
        using var cuda = Retriever.Open(file.Path, OnCuda());
        var request = new SearchRequest { History = [3, 8, 21], K = 20, Explain = true };
        SearchResponse expected = cpu.Search(request);
        SearchResponse found = cuda.Search(request);
        Assert.EndsWith(
            "query tower over 3 items on the device", found.Explanation!.Stages[0].Detail, StringComparison.Ordinal);
        Assert.Equal(20, found.Hits.Count);
        for (int hit = 0; hit < 20; hit++)
        {
            // The tower's own arithmetic is float and of the engine: the scan's is not.
            Assert.Equal(expected.Hits[hit].Score, found.Hits[hit].Score, 1e-4f * Math.Abs(expected.Hits[0].Score));
        }
    }

    [Fact]
    public void Explanations_name_the_device_and_its_stages()
    {
        var items = new RandomItems(500, 3);
        using var cuda = Retriever.Over(items.ToTable(), "test", OnCuda());
        var request = new SearchRequest
        {
            Embeddings = [new EmbeddingQuery("main", new float[RandomItems.Dim])],
            Filter = Filter.Parse("size < 9"),
            Explain = true,
        };
        Explanation found = cuda.Search(request).Explanation!;
        Assert.Equal($"cuda {Context.Device.Name}", found.Engine);
        Assert.Equal(found.Engine, cuda.Engine);
        Assert.Equal(
            ["embed", "filter", "filter", "seed", "scan", "finish", "wait", "fetch"],
            found.Stages.Select(stage => stage.Name));
        Assert.All(found.Stages, stage => Assert.InRange(stage.Microseconds, 0, 60e6));
        Assert.Equal(
            ["embed", "filter", "scan", "fetch"],
            cuda.Search(request with { Explain = false }).Stages.Select(stage => stage.Name));

        EmbeddingQuery weighted = request.Embeddings[0] with { Weight = 2 };
        Explanation other = cuda.Search(request with { Embeddings = [weighted] }).Explanation!;
        Assert.Equal(found.Engine, other.Engine);
        Assert.Equal(found.Stages.Select(stage => stage.Name), other.Stages.Select(stage => stage.Name));
    }

    [Fact]
    public void Memory_on_a_device_is_that_of_its_arrays()
    {
        ItemTable table = new RandomItems(500, 3, copy: RowType.Int8).ToTable();
        var layout = DeviceLayout.Of(table);
        using var cuda = Retriever.Over(table, "test", OnCuda());
        MemoryUse found = cuda.Memory;
        Assert.Equal(layout.Bytes, found.DeviceBytes);
        Assert.Equal(
            layout.EmbeddingBytes,
            found.Owners.Where(one => one.Owner.StartsWith("embedding", StringComparison.Ordinal)
                || one.Owner.StartsWith("copy", StringComparison.Ordinal)).Sum(one => one.DeviceBytes));
        Assert.InRange(found.Owners.Single(one => one.Owner == "attribute colour").DeviceBytes, 500, layout.AttributeBytes);
    }

    [Fact]
    public void A_table_that_does_not_fit_is_refused_or_left_to_the_processor()
    {
        var items = new RandomItems(500, 3);
        string before = CudaOwners.Describe();
        RetrieverOptions options = OnCuda() with { Cuda = new CudaOptions { MemoryBytesMax = 100_000 } };
        using (ItemTable table = items.ToTable())
        {
            DeviceMemoryException problem = Assert.Throws<DeviceMemoryException>(
                () => Retriever.Over(table, "test", options));
            Assert.StartsWith(
                $"The table does not fit device 0 ({Context.Device.Name}): it needs ",
                problem.Message,
                StringComparison.Ordinal);
        }

        Assert.Equal(before, CudaOwners.Describe());
        using var auto = Retriever.Over(items.ToTable(), "test", options with { Device = EngineDevice.Auto });
        Assert.StartsWith("The table does not fit", auto.WhyNotCuda, StringComparison.Ordinal);
        Assert.StartsWith("cpu ", auto.Engine, StringComparison.Ordinal);
        Assert.Equal(before, CudaOwners.Describe());
        using var fits = Retriever.Over(items.ToTable(), "test", OnCuda() with { Device = EngineDevice.Auto });
        Assert.Null(fits.WhyNotCuda);
        Assert.StartsWith("cuda ", fits.Engine, StringComparison.Ordinal);
    }

    [Fact]
    public void Searches_stay_within_the_memory_that_the_budget_gave_them()
    {
        var items = new RandomItems(3_000, 5);
        var cudaOptions = new CudaOptions { Queries = 64, K = 500 };
        long before = CudaOwners.LiveBytes(CudaOwnerKind.DeviceBuffer);
        using var cuda = Retriever.Over(items.ToTable(), "test", OnCuda() with { Cuda = cudaOptions });
        long table = DeviceLayout.Of(cuda.Table).Bytes;
        Assert.Equal(table, CudaOwners.LiveBytes(CudaOwnerKind.DeviceBuffer) - before);
        using var shard = new Linr.Engine.Devices.DeviceShard(0, DeviceLayout.Of(cuda.Table));
        long scratch = shard.ScratchBytes(cudaOptions, cuda.Table.Rows);
        foreach ((int queries, int k) in (ReadOnlySpan<(int, int)>)[(1, 40), (64, 40), (17, 500), (64, 500)])
        {
            var request = new SearchRequest
            {
                Embeddings = [new EmbeddingQuery("main", RandomItems.RandomVector(new Random(k), RandomItems.Dim))],
                K = k,
                Explain = true,
            };
            SearchRequest grouped = request with { GroupBy = new GroupBy("colour", 9) };
            foreach (SearchRequest one in (SearchRequest[])[request, grouped])
            {
                SearchRequest[] batch =
                [
                    .. Enumerable.Range(0, queries).Select(i => one with { Filter = Filter.Parse($"size < {i + 30}") }),
                ];
                Assert.All(
                    cuda.SearchBatch(batch), found => Assert.Equal(cuda.Engine, found.Explanation!.Engine));
            }
        }

        Assert.InRange(
            CudaOwners.LiveBytes(CudaOwnerKind.DeviceBuffer) - before - table, scratch / 2, scratch);
    }

    [Fact]
    public void A_search_that_finds_no_memory_is_done_by_the_processor()
    {
        Assert.SkipWhen(
            Context.Device.Name.Contains("emulator", StringComparison.OrdinalIgnoreCase),
            "The emulator would touch all of its memory.");
        var items = new RandomItems(70_000, 5);
        using Retriever cpu = items.ToRetriever();
        using var cuda = Retriever.Over(items.ToTable(), "test", OnCuda());
        var request = new SearchRequest
        {
            Embeddings = [new EmbeddingQuery("main", RandomItems.RandomVector(new Random(1), RandomItems.Dim))],
            K = 70_000,
            Explain = true,
        };
        using (new DeviceBuffer<byte>(Context, Context.FreeBytes - (4 << 20), "all that is left"))
        {
            SearchResponse found = cuda.Search(request);
            Assert.EndsWith(
                "its memory is too small for this search", found.Explanation!.Engine, StringComparison.Ordinal);
            AssertSame([cpu.Search(request)], [found]);
        }

        SearchResponse later = cuda.Search(request);
        Assert.Equal(cuda.Engine, later.Explanation!.Engine);
        AssertSame([cpu.Search(request)], [later]);
    }

    [Fact]
    public async Task Concurrent_callers_get_their_own_answers()
    {
        var items = new RandomItems(700, 11);
        using Retriever cpu = items.ToRetriever();
        using var cuda = Retriever.Over(items.ToTable(), "test", OnCuda());
        SearchRequest[] requests =
        [
            .. Enumerable.Range(0, 24).Select(seed => new SearchRequest
            {
                Embeddings = [new EmbeddingQuery("main", RandomItems.RandomVector(new Random(seed), RandomItems.Dim))],
                K = 5 + seed,
                Filter = seed % 2 == 0 ? null : Filter.Parse($"size < {4 * seed}"),
            }),
        ];
        SearchResponse[] found = await Task.WhenAll(
            requests.Select(request => Task.Run(() => cuda.Search(request), TestContext.Current.CancellationToken)));
        AssertSame(cpu.SearchBatch(requests), [.. found]);
    }

    [Fact]
    public void A_warm_search_allocates_no_managed_memory()
    {
        var items = new RandomItems(700, 12);
        using var cuda = Retriever.Over(items.ToTable(), "test", OnCuda());
        using RowSearcher searcher = cuda.CreateRowSearcher("main");
        var compiler = new Linr.Engine.Filters.FilterCompiler();
        PreparedFilter prepared = PreparedFilter.Prepare(Filter.Parse("size < 50"), cuda.Schema);
        float[] query = RandomItems.RandomVector(new Random(9), RandomItems.Dim);
        Assert.Equal(0, AllocatedBytes(() =>
        {
            searcher.Begin(2);
            query.CopyTo(searcher.Query(0));
            query.CopyTo(searcher.Query(1));
            searcher.SetFilter(1, compiler.Compile(prepared, null, cuda.Table));
            searcher.Search(20);
        }));
        Assert.Equal(20, searcher.Hits(1).Length);
    }

    private static RetrieverOptions OnCuda(ImmutableArray<int>? ordinals = null)
        => new() { Threads = 1, Device = EngineDevice.Cuda, Cuda = new CudaOptions { Ordinals = ordinals ?? [0] } };

    private static void AssertSame(ImmutableArray<SearchResponse> expected, ImmutableArray<SearchResponse> found)
    {
        Assert.Equal(expected.Length, found.Length);
        foreach ((SearchResponse cpu, SearchResponse cuda) in expected.Zip(found))
        {
            Assert.Equal(
                cpu.Hits.Select(hit => (hit.Id, BitConverter.SingleToInt32Bits(hit.Score))),
                cuda.Hits.Select(hit => (hit.Id, BitConverter.SingleToInt32Bits(hit.Score))));
            Assert.Equal(cpu.Hits.Select(hit => hit.Fields), cuda.Hits.Select(hit => hit.Fields));
            Assert.Equal(
                (cpu.RowsPassed, cpu.RowsScanned, cpu.Exact, cpu.ModelVersion),
                (cuda.RowsPassed, cuda.RowsScanned, cuda.Exact, cuda.ModelVersion));
            Assert.Equal(cpu.Explanation?.Filter, cuda.Explanation?.Filter);
        }
    }
}

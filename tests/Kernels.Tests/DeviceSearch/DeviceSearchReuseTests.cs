using Linr.Cuda;
using Linr.Kernels.Scan;
using Linr.Kernels.Tests.Cuda;
using Linr.Kernels.Tests.Scan;

namespace Linr.Kernels.Tests.DeviceSearches;

/// <summary>What a workspace keeps from search to search.</summary>
public sealed class DeviceSearchReuseTests(CudaMachine machine) : CudaTest(machine)
{
    [Fact]
    public void A_warm_search_allocates_nothing_on_host_or_device()
    {
        using DeviceSearch search = new(Context) { SurvivorsMax = 128 };
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = new(
            Context, Stream, 800, 16, CudaElement.Float16, ScanMetric.Cosine, RandomRows.Normal(6), row => row != 3);
        DeviceSearchRequest plain = one.Request(3, 20, RandomRows.Queries(2));
        DeviceSearchRequest filtered = one.Request(5, 20, RandomRows.Queries(2));
        filtered.Filters = new DeviceFilter?[]
        {
            one.Rows(row => row % 3 == 0), one.Rows(row => row % 70 == 0), null, null, one.Rows(_ => true),
        };
        DeviceSearchRequest zero = one.Request(1, 20, (_, query) => query.Clear());
        DeviceSearchRequest timed = one.Request(3, 20, RandomRows.Queries(2));
        timed.IsTimed = true;
        SearchAll();
        SearchAll(); // memory that grew for a larger search has dropped what was captured before
        string owners = CudaOwners.Describe();
        Assert.Equal(0, Allocations.OfPass(SearchAll));
        Assert.Equal(owners, CudaOwners.Describe());

        void SearchAll()
        {
            search.Search(plain, workspace, CancellationToken.None);
            search.Search(filtered, workspace, CancellationToken.None);
            search.Search(timed, workspace, CancellationToken.None);
            search.Search(zero, workspace, CancellationToken.None);
            if (workspace.Counters.Repeats == 0)
            {
                Assert.Fail("Equal scores have to overflow.");
            }
        }
    }

    [Fact]
    public void Captured_searches_follow_rows_queries_filters_and_live_masks()
    {
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = new(
            Context, Stream, 1_000, 16, CudaElement.Float32, ScanMetric.Euclidean, RandomRows.Normal(6));
        DeviceSearchRequest request = one.Request(4, 20, RandomRows.Queries(2));
        DeviceFilter few = one.Rows(row => row % 11 == 0);
        DeviceFilter many = one.Rows(row => row % 11 > 0);
        request.Table = one.Table with { RowCount = 910 };
        request.Filters = new DeviceFilter?[] { few, many, null, few };
        one.Check(search, workspace, request);
        string owners = CudaOwners.Describe();
        request = one.Request(3, 19, RandomRows.Queries(8));
        request.Filters = new DeviceFilter?[] { null, few, one.Rows(row => row > 700) };
        one.Check(search, workspace, request);
        Assert.Equal(owners, CudaOwners.Describe());
    }

    [Fact]
    public void Stages_are_timed_when_asked_for()
    {
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = new(
            Context, Stream, 1_000, 16, CudaElement.Float16, ScanMetric.Dot, RandomRows.Normal(6));
        DeviceSearchRequest request = one.Request(2, 20, RandomRows.Queries(2));
        request.IsTimed = true;
        one.Check(search, workspace, request);
        Assert.True(workspace.Times.SeedMs > 0 && workspace.Times.ScanMs > 0 && workspace.Times.FinishMs > 0);
        request.IsTimed = false;
        one.Check(search, workspace, request);
        Assert.Equal(default, workspace.Times);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_shapes_in_one_workspace(int seed)
    {
        Random random = new(seed);
        using DeviceSearch search = new(Context)
        {
            SurvivorsMax = 64 << random.Next(6),
            PartRows = 64 << random.Next(4),
        };
        using DeviceSearchWorkspace workspace = new(Context);
        for (int time = 0; time < 5; time++)
        {
            int rows = random.Next(1, 1_500);
            int live = random.Next(1, 4);
            long[] order = [.. Enumerable.Range(-rows / 2, rows).Select(number => (long)number)];
            random.Shuffle(order);
            using SearchCase one = new(
                Context,
                Stream,
                rows,
                random.Next(1, 70),
                (CudaElement)random.Next(3),
                (ScanMetric)random.Next(3),
                RandomRows.Normal(seed),
                live == 1 ? null : row => row % live == 0,
                order);
            DeviceFilter[] filters = [.. Enumerable.Range(0, 4).Select(_ => Filter(one, random))];
            for (int batch = 0; batch < 2; batch++)
            {
                DeviceSearchRequest request = one.Request(
                    random.Next(1, 20), random.Next(1, 1 << random.Next(1, 11)), RandomRows.Queries(random.Next()));
                request.Filters = random.Next(4) == 0 ? default : Enumerable.Range(0, request.QueryCount)
                    .Select(_ => random.Next(5) == 0 ? null : filters[random.Next(4)]).ToArray();
                one.Check(search, workspace, request);
            }
        }
    }

    private static DeviceFilter Filter(SearchCase one, Random random)
    {
        int share = random.Next(1, 60);
        int seed = random.Next();
        return one.Rows(row => (int)((uint)(row * 2_654_435_761L + seed) % 97) < share);
    }
}

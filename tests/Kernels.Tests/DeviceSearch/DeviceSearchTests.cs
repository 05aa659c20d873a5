using Linr.Kernels.Scan;
using Linr.Kernels.Tests.Cuda;
using Linr.Kernels.Tests.Scan;

namespace Linr.Kernels.Tests.DeviceSearches;

/// <summary>The whole search against the CPU's: the same bits.</summary>
public sealed class DeviceSearchTests(CudaMachine machine) : CudaTest(machine)
{
    public static MatrixTheoryData<CudaElement, ScanMetric> Kinds
        => new(RandomRows.CudaFloats, Enum.GetValues<ScanMetric>());

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Answers_are_the_CPUs(CudaElement element, ScanMetric metric)
    {
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        foreach ((int rows, int dim, int queries, int k) in ((int, int, int, int)[])
            [(1, 8, 1, 3), (700, 24, 3, 10), (1_300, 100, 1, 1_300), (1_100, 13, 9, 40)])
        {
            bool withNorms = dim != 24 || (element, metric) != (CudaElement.Float16, ScanMetric.Cosine);
            using SearchCase one = new(
                Context, Stream, rows, dim, element, metric, RandomRows.Normal(dim), withNorms: withNorms);
            one.Check(search, workspace, one.Request(queries, k, RandomRows.Queries(7)));
        }
    }

    [Theory]
    [InlineData(33, 32)]
    [InlineData(130, 16)]
    [InlineData(300, 8)]
    public void Large_batches_and_several_passes(int queryCount, int dim)
    {
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = new(
            Context, Stream, 300, dim, CudaElement.Float16, ScanMetric.Dot, RandomRows.Normal(dim));
        one.Check(search, workspace, one.Request(queryCount, 6, RandomRows.Queries(3)));
        Assert.Equal(queryCount > FusedScan.QueriesMax ? 2 : 1, workspace.Counters.Passes);
    }

    [Fact]
    public void Queries_of_many_elements_take_several_launches_of_a_pass()
    {
        const int dim = 1_024;
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        using FusedScanCuda scan = new(Context, CudaElement.Float32);
        int perLaunch = scan.QueriesPerLaunch(PackedQueries.BytesPerQuery(dim, CudaElement.Float32));
        using SearchCase one = new(
            Context, Stream, 200, dim, CudaElement.Float32, ScanMetric.Cosine, RandomRows.Normal(dim));
        one.Check(search, workspace, one.Request(perLaunch + 3, 5, RandomRows.Queries(4)));
        Assert.Equal(1, workspace.Counters.Passes);

        // Room for four launches, of which the last has no query.
        one.Check(search, workspace, one.Request((2 * perLaunch) + 1, 5, RandomRows.Queries(4)));
        Assert.Equal(1, workspace.Counters.Passes);
    }

    [Fact]
    public void Passes_are_as_large_as_their_memory_allows()
    {
        using DeviceSearch search = new(Context) { ScratchBytesMax = 200_000 };
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = new(
            Context, Stream, 900, 16, CudaElement.Float16, ScanMetric.Euclidean, RandomRows.Normal(6));
        one.Check(search, workspace, one.Request(11, 900, RandomRows.Queries(5)));
        Assert.InRange(workspace.Counters.Passes, 2, 11);
    }

    [Theory]
    [InlineData(0.9, 0)]
    [InlineData(0.3, 0)]
    [InlineData(0.05, 0)]
    [InlineData(0.002, 0)]
    [InlineData(0, 0)]
    [InlineData(0.9, 1_000)]
    [InlineData(0.4, 1_000)]
    [InlineData(0.05, 1_000)]
    [InlineData(0.002, 1_000)]
    [InlineData(0, 1_000)]
    public void Filters_of_any_share_of_rows(double share, int directRows)
    {
        using DeviceSearch search = new(Context) { PartRows = 64, DirectRowsMax = directRows };
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = new(
            Context, Stream, 2_100, 24, CudaElement.Float16, ScanMetric.Cosine, RandomRows.Normal(6));
        Random random = new(3);
        HashSet<long> passing = [.. Enumerable.Range(0, one.RowCount).Where(_ => random.NextDouble() < share)];
        DeviceSearchRequest request = one.Request(3, 20, RandomRows.Queries(2));
        request.Filters = new DeviceFilter?[] { one.Rows(passing.Contains) };
        one.Check(search, workspace, request);
        Assert.Equal(share < 0.5 ? 3 : 0, workspace.Counters.ListedQueries);
        int lists = share >= 0.5 ? 0 : directRows > 0 ? 3 : 1;
        Assert.Equal(lists * passing.Count, workspace.Counters.RowsListed);
    }

    [Theory]
    [InlineData(0, 3, 13)]
    [InlineData(12, 3, 13)]
    [InlineData(13, 3, 26)]
    public void Queries_with_and_without_filters_share_a_pass(int directRows, int listedQueries, int rowsListed)
    {
        using DeviceSearch search = new(Context) { DirectRowsMax = directRows };
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = new(
            Context, Stream, 2_500, 16, CudaElement.Float32, ScanMetric.Dot, RandomRows.Normal(6));
        DeviceFilter few = one.Rows(row => row % 200 == 7);
        DeviceFilter many = one.Rows(row => row % 3 > 0);
        DeviceFilter none = one.Rows(_ => false);
        DeviceSearchRequest request = one.Request(7, 30, RandomRows.Queries(2));
        request.Filters = new DeviceFilter?[] { many, null, few, none, many, few, null };
        one.Check(search, workspace, request);
        Assert.Equal(listedQueries, workspace.Counters.ListedQueries);
        Assert.Equal(rowsListed, workspace.Counters.RowsListed);
    }

    [Fact]
    public void Rows_that_are_not_live_are_never_hits()
    {
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = new(
            Context, Stream, 1_000, 16, CudaElement.Float32, ScanMetric.Dot, RandomRows.Normal(6), row => row % 5 > 1);
        DeviceSearchRequest request = one.Request(3, 700, RandomRows.Queries(2));
        one.Check(search, workspace, request);
        request.Filters = new DeviceFilter?[] { null, one.Rows(row => row < 50), one.Rows(row => row > 50) };
        one.Check(search, workspace, request);
    }

    [Fact]
    public void Lowest_scores_are_kept()
    {
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = new(
            Context, Stream, 1_000, 16, CudaElement.Float16, ScanMetric.Dot, RandomRows.Normal(6));
        DeviceSearchRequest request = one.Request(4, 50, RandomRows.Queries(2));
        request.ScoreMin = new float[] { float.NegativeInfinity, 2.5f, 100f, float.PositiveInfinity };
        one.Check(search, workspace, request);
        Assert.InRange(workspace.Hits(1).Length, 1, 49);
    }

    [Fact]
    public void An_empty_table_or_batch_has_no_hits()
    {
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = new(
            Context, Stream, 100, 16, CudaElement.Float16, ScanMetric.Dot, RandomRows.Normal(6));
        DeviceSearchRequest request = one.Request(2, 5, RandomRows.Queries(2));
        one.Check(search, workspace, request);
        request.Table = request.Table with { RowCount = 0 };
        search.Search(request, workspace, TestContext.Current.CancellationToken);
        Assert.True(workspace.Hits(0).IsEmpty);
        Assert.Equal(0, workspace.RowsPassed(1));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = new(
            Context, Stream, 100, 16, CudaElement.Float16, ScanMetric.Dot, RandomRows.Normal(6));
        Refused(request => request.K = 0);
        Refused(request => request.Embedding = 1);
        Refused(request => request.QueryCount = 3);
        Refused(request => request.ScoreMin = new float[1]);
        Refused(request => request.ScoreMin = new float[] { 0, float.NaN });
        Refused(request => request.Filters = new DeviceFilter?[3]);
        Refused(request => request.Queries = Enumerable.Repeat(float.PositiveInfinity, 32).ToArray());

        void Refused(Action<DeviceSearchRequest> change)
        {
            DeviceSearchRequest request = one.Request(2, 5, RandomRows.Queries(2));
            change(request);
            Assert.ThrowsAny<ArgumentException>(() => search.Search(request, workspace));
        }
    }

    [Fact]
    public void The_devices_part_of_a_batch_knows_where_its_rows_stand()
    {
        nint place = System.Runtime.InteropServices.Marshal.OffsetOf<CudaScanBatch>("_sampleRows");
        Assert.Equal(CudaScanBatch.SampleRowsPlace * sizeof(uint), place);
        place = System.Runtime.InteropServices.Marshal.OffsetOf<CudaScanTable>("_rowCount");
        Assert.Equal(CudaScanTable.RowCountPlace * sizeof(uint), place);
        place = System.Runtime.InteropServices.Marshal.OffsetOf<DeviceSearchHead>(nameof(DeviceSearchHead.K));
        Assert.Equal(DeviceSearchHead.KPlace * sizeof(uint), place);
    }

    [Fact]
    public void A_good_first_cut_leaves_few_survivors()
    {
        using DeviceSearch search = new(Context) { PartRows = 512, DirectRowsMax = 0 };
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = new(
            Context, Stream, 6_000, 16, CudaElement.Float16, ScanMetric.Dot, RandomRows.Normal(6));
        DeviceSearchRequest request = one.Request(2, 16, RandomRows.Queries(2));
        one.Check(search, workspace, request);
        Assert.InRange(workspace.Counters.Survivors, 2 * 16, 2 * 600);
        request.Filters = new DeviceFilter?[] { one.Rows(row => row % 2 == 0), one.Rows(row => row % 2 == 1) };
        one.Check(search, workspace, request);
        Assert.Equal(0, workspace.Counters.ListedQueries);
        Assert.InRange(workspace.Counters.Survivors, 2 * 16, 2 * 600);
        request.Filters = new DeviceFilter?[] { one.Rows(row => row % 7 == 0), one.Rows(row => row % 6 == 1) };
        one.Check(search, workspace, request);
        Assert.Equal(2, workspace.Counters.ListedQueries);
        Assert.InRange(workspace.Counters.Survivors, 2 * 16, 2 * 500);
    }
}

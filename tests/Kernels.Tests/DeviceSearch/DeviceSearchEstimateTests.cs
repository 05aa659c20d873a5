using Linr.Kernels.Scan;
using Linr.Kernels.Tests.Cuda;
using Linr.Kernels.Tests.Scan;

namespace Linr.Kernels.Tests.DeviceSearches;

/// <summary>
/// Scans whose cuts are estimated from tiles, where the device has such scans: the same answers, from fewer survivors,
/// and a second pass where the data misled the estimate.
/// </summary>
public sealed class DeviceSearchEstimateTests(CudaMachine machine) : CudaTest(machine)
{
    private const int Rows = 40_000;
    private const int Dim = 8;
    private const int SampleTiles = 64;

    [Theory]
    [InlineData(CudaElement.Float16, ScanMetric.Dot, 8)]
    [InlineData(CudaElement.Float32, ScanMetric.Cosine, 8)]
    [InlineData(CudaElement.BFloat16, ScanMetric.Euclidean, 72)]
    [InlineData(CudaElement.Float16, ScanMetric.Cosine, 136)]
    public void Fewer_rows_survive(CudaElement element, ScanMetric metric, int dim)
    {
        using DeviceSearch search = new(Context) { SampleTiles = SampleTiles };
        using DeviceSearch careful = new(Context) { SampleTiles = 0, PartRows = 1_024 };
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = new(Context, Stream, Rows, dim, element, metric, RandomRows.Normal(dim));
        DeviceSearchRequest request = one.Request(70, 50, RandomRows.Queries(3));
        one.Check(search, workspace, request);
        Assert.Equal((1, 0), (workspace.Counters.Passes, workspace.Counters.Repeats));
        Assert.True(workspace.Counters.Survivors >= 70 * 50);
        long survivors = workspace.Counters.Survivors;
        careful.Search(request, workspace, TestContext.Current.CancellationToken);
        if (HasEstimates(element, dim))
        {
            Assert.True(2 * survivors < workspace.Counters.Survivors, $"{survivors}, {workspace.Counters.Survivors}");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    public void Queries_that_are_listed_and_others_share_a_pass(int directRows)
    {
        using DeviceSearch search = new(Context) { SampleTiles = SampleTiles, DirectRowsMax = directRows };
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = new(
            Context, Stream, Rows, Dim, CudaElement.Float16, ScanMetric.Dot, RandomRows.Normal(Dim));
        DeviceFilter few = one.Rows(row => row % 2_000 == 7);
        DeviceFilter many = one.Rows(row => row % 3 > 0);
        DeviceSearchRequest request = one.Request(6, 30, RandomRows.Queries(2));
        request.Filters = new DeviceFilter?[] { few, many, null, few, one.Rows(_ => false), many };
        request.ScoreMin = new float[]
        {
            float.NegativeInfinity, float.NegativeInfinity, 2.5f, 0, 0, float.PositiveInfinity,
        };
        one.Check(search, workspace, request);
        Assert.Equal(3, workspace.Counters.ListedQueries);
        Assert.Equal(0, workspace.Counters.Repeats);
    }

    [Fact]
    public void Tiles_of_the_sample_that_are_better_than_all_others_mislead()
    {
        const int k = 30;
        HashSet<int> drawn = [.. Sampled().Take(k - 2)];
        using DeviceSearch search = new(Context) { SampleTiles = SampleTiles };
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = new(
            Context,
            Stream,
            Rows,
            Dim,
            CudaElement.Float16,
            ScanMetric.Dot,
            (row, values) =>
            {
                RandomRows.Normal(Dim)(row, values);
                if (row % WarpgroupScan.TileRows == 3 && drawn.Contains((int)(row / WarpgroupScan.TileRows)))
                {
                    values.Fill(9);
                }
            });
        DeviceSearchRequest request = one.Request(3, k, (query, values) => values.Fill(1 + query));
        one.Check(search, workspace, request);
        Assert.Equal(HasEstimates(CudaElement.Float16, Dim) ? 1 : 0, workspace.Counters.Repeats);
        request.Filters = new DeviceFilter?[] { one.Rows(row => row % 7 > 0), null, one.Rows(row => row % 2_000 == 3) };
        one.Check(search, workspace, request);
        Assert.Equal(HasEstimates(CudaElement.Float16, Dim) ? 1 : 0, workspace.Counters.Repeats);

        // The lowest score that is asked for is no estimate, however few reach it.
        request = one.Request(1, k, (_, values) => values.Fill(1));
        request.ScoreMin = new float[] { 72 };
        one.Check(search, workspace, request);
        Assert.Equal(0, workspace.Counters.Repeats);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(-1)]
    public void Sorted_and_equal_rows(int sign)
    {
        using DeviceSearch search = new(Context) { SampleTiles = SampleTiles };
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = new(
            Context,
            Stream,
            Rows,
            Dim,
            CudaElement.Float32,
            ScanMetric.Dot,
            (row, values) => values.Fill(1 + (sign * row / 65_536f)));
        one.Check(search, workspace, one.Request(2, 100, (query, values) => values.Fill(query + 1)));
    }

    private bool HasEstimates(CudaElement element, int dim)
    {
        using FusedScanCuda scan = new(Context, element);
        return scan.HasTiles(PackedQueries.BytesPerQuery(dim, element));
    }

    /// <summary>The tiles of the sample, as TileOrder.cu draws them.</summary>
    private static IEnumerable<int> Sampled()
    {
        const int inUnit = 1 << FusedScan.UnitTileBits;
        int tiles = (Rows + WarpgroupScan.TileRows - 1) / WarpgroupScan.TileRows;
        int units = (tiles + inUnit - 1) / inUnit;
        for (int n = 0; n < SampleTiles; n++)
        {
            int unit = n % units;
            int tile = (int)(unit * (2_654_435_761L % units) % units * inUnit) + ((unit + (n / units)) % inUnit);
            if (tile < tiles)
            {
                yield return tile;
            }
        }
    }
}

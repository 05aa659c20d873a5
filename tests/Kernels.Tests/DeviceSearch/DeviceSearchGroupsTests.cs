using Linr.Kernels.Scan;
using Linr.Kernels.Tests.Cuda;
using Linr.Kernels.Tests.Scan;

namespace Linr.Kernels.Tests.DeviceSearches;

/// <summary>Searches with a cap on groups: the CPU's answers.</summary>
public sealed class DeviceSearchGroupsTests(CudaMachine machine) : CudaTest(machine)
{
    private const int Dim = 16;

    [Theory]
    [InlineData(300, 2, 30)]
    [InlineData(5, 3, 40)]
    [InlineData(40, 50, 40)]
    [InlineData(1, 1, 10)]
    [InlineData(2000, 1, 1_400)]
    public void Each_group_has_its_best_hits_up_to_the_cap(int groupCount, int cap, int k)
    {
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = Case(1_400);
        one.AddCodes(row => (uint)(row * 7 % groupCount));
        one.Check(search, workspace, Request(one, 3, k, cap));
    }

    [Fact]
    public void Filters_of_any_share_of_rows_and_lowest_scores()
    {
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = Case(2_500, row => row % 11 > 0);
        one.AddCodes(row => (uint)(row % 60));
        DeviceSearchRequest request = Request(one, 5, 30, 2);
        request.Filters = new DeviceFilter?[]
        {
            one.Rows(row => row % 3 > 0), null, one.Rows(row => row % 100 == 7), one.Rows(_ => false),
            one.Rows(row => row < 40),
        };
        request.ScoreMin = new[] { float.NegativeInfinity, 1f, float.NegativeInfinity, -1f, -0.5f };
        one.Check(search, workspace, request);
        Assert.InRange(workspace.Counters.ListedQueries, 1, 4);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(70)]
    public void Large_batches(int queryCount)
    {
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = Case(500);
        one.AddCodes(row => (uint)(row % 30));
        one.Check(search, workspace, Request(one, queryCount, 10, 1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Lists_that_are_too_short_cost_passes(bool isFiltered)
    {
        using DeviceSearch search = new(Context) { SurvivorsMax = 64 };
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = new(
            Context, Stream, 1_200, Dim, CudaElement.Float16, ScanMetric.Dot, (_, values) => values.Fill(0.5f));
        one.AddCodes(row => (uint)(row % 9));
        DeviceSearchRequest request = Request(one, 2, 20, 3);
        request.Filters = isFiltered ? new DeviceFilter?[] { one.Rows(row => row % 3 > 0), null } : default;
        one.Check(search, workspace, request);
        Assert.InRange(workspace.Counters.Repeats, 2, 60);
    }

    [Fact]
    public void Another_cap_and_none_reuse_the_workspace()
    {
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = Case(900);
        one.AddCodes(row => (uint)(row % 20));
        foreach (int? cap in (int?[])[1, 4, null, 2, 100])
        {
            DeviceSearchRequest request = Request(one, 2, 20, cap ?? 1);
            request.GroupColumn = cap is null ? null : 0;
            one.Check(search, workspace, request);
        }
    }

    [Fact]
    public void Columns_and_caps_that_do_not_exist_are_refused()
    {
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = Case(100);
        one.AddCodes(row => (uint)row);
        DeviceSearchRequest request = Request(one, 1, 20, 0);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        Assert.Throws<ArgumentOutOfRangeException>(() => search.Search(request, workspace, cancellation));
        (request.GroupCap, request.GroupColumn) = (1, 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => search.Search(request, workspace, cancellation));
    }

    private static DeviceSearchRequest Request(SearchCase one, int queryCount, int k, int cap)
    {
        DeviceSearchRequest request = one.Request(queryCount, k, RandomRows.Queries(2));
        (request.GroupColumn, request.GroupCap) = (0, cap);
        return request;
    }

    private SearchCase Case(int rowCount, Func<long, bool>? isLive = null)
        => new(
            Context, Stream, rowCount, Dim, CudaElement.Float16, ScanMetric.Cosine, RandomRows.Normal(6), isLive);
}

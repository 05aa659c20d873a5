using Linr.Kernels.Filter;
using Linr.Kernels.Scan;
using Linr.Memory;

namespace Linr.Kernels.Tests.Scan;

/// <summary>Runs alone: the live bytes of native memory are counted over the whole process.</summary>
[Collection(Alone.Name)]
public sealed class ScanAllocationTests
{
    [Fact]
    public void A_warm_scan_allocates_nothing()
    {
        using TestTable table = new TestTable(30_000)
            .Add(16, RowElement.Float16, ScanMetric.Cosine, RandomRows.Normal(1));
        using ScanWorkspace workspace = new();
        using ScanWorkers workers = new(1);
        foreach (int queryCount in (int[])[1, 12])
        {
            ScanRequest request = table.Request(queryCount, 300, RandomRows.Queries(7));
            request.Filters = new RowFilter?[] { new PredicateFilter(row => row % 3 > 0) };
            request.Groups = table.Codes(ColumnElement.Code16, row => (uint)(row % 77));
            request.GroupCap = 9;
            FilteredTopK.Search(request, workspace, workers, CancellationToken.None);
            long buffersBefore = NativeBuffer.LiveBytes;
            Assert.Equal(0, Allocations.OfPass(
                () => FilteredTopK.Search(request, workspace, workers, CancellationToken.None)));
            Assert.Equal(buffersBefore, NativeBuffer.LiveBytes);
        }
    }

    [Fact]
    public void A_warm_scan_with_a_filter_a_query_allocates_nothing()
    {
        using TestTable table = new TestTable(30_000)
            .Add(16, RowElement.Float32, ScanMetric.Dot, RandomRows.Normal(1));
        using ScanWorkspace workspace = new();
        using ScanWorkers workers = new(1);
        RowFilter?[] filters = SetFilters.OneEach(table, 40);
        foreach (int queryCount in (int[])[3, 40])
        {
            ScanRequest request = table.Request(queryCount, 30, RandomRows.Queries(7));
            request.Filters = filters.AsMemory(0, queryCount);
            FilteredTopK.Search(request, workspace, workers, CancellationToken.None);
            long buffersBefore = NativeBuffer.LiveBytes;
            Assert.Equal(0, Allocations.OfPass(
                () => FilteredTopK.Search(request, workspace, workers, CancellationToken.None)));
            Assert.Equal(buffersBefore, NativeBuffer.LiveBytes);
        }
    }
}

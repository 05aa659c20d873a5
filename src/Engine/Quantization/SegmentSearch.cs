using Linr.Index;
using Linr.Kernels.Filter;
using Linr.Kernels.Scan;

namespace Linr.Engine.Quantization;

/// <summary>Searches the rows or the codes of one embedding, a query at a time.</summary>
internal sealed class SegmentSearch(ScanSegment segment, ItemTable table, ScanWorkers workers) : IDisposable
{
    private readonly ScanWorkspace _workspace = new();
    private readonly RowFilter?[] _filters = new RowFilter?[1];
    private readonly ScanRequest _request = new()
    {
        Segments = new[] { segment },
        RowCount = table.Rows,
        QueryCount = 1,
        Order = table.Order,
    };

    /// <summary>
    /// The <paramref name="k"/> best rows that pass a filter, best first; valid until the next search.
    /// </summary>
    public ReadOnlySpan<ScanHit> Search(
        ReadOnlyMemory<float> query, int k, RowFilter? filter, CancellationToken cancellation)
    {
        _filters[0] = filter;
        _request.Filters = _filters;
        _request.Queries = query;
        _request.K = k;
        FilteredTopK.Search(_request, _workspace, workers, cancellation);
        return _workspace.Hits(0);
    }

    /// <inheritdoc/>
    public void Dispose() => _workspace.Dispose();
}

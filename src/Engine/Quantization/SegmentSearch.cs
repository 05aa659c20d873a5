using Linr.Index;
using Linr.Kernels.Scan;

namespace Linr.Engine.Quantization;

/// <summary>Searches the rows or the codes of one embedding, a query at a time.</summary>
internal sealed class SegmentSearch(ScanSegment segment, ItemTable table, ScanWorkers workers) : IDisposable
{
    private readonly ScanWorkspace _workspace = new();
    private readonly ReadOnlyMemory<uint>[] _candidates = new ReadOnlyMemory<uint>[1];
    private readonly ScanRequest _request = new()
    {
        Segments = new[] { segment },
        RowCount = table.Rows,
        QueryCount = 1,
        Order = table.Order,
    };

    /// <summary>The <paramref name="k"/> best rows, best first; valid until the next search.</summary>
    public ReadOnlySpan<ScanHit> Search(ReadOnlyMemory<float> query, int k, CancellationToken cancellation)
    {
        _request.Candidates = default;
        return Run(query, k, cancellation);
    }

    /// <summary>The same of some rows, none twice.</summary>
    public ReadOnlySpan<ScanHit> Search(
        ReadOnlyMemory<float> query, int k, ReadOnlySpan<ScanHit> candidates, CancellationToken cancellation)
    {
        var rows = new uint[candidates.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = candidates[i].Row;
        }

        _candidates[0] = rows;
        _request.Candidates = _candidates;
        return Run(query, k, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _workspace.Dispose();

    private ReadOnlySpan<ScanHit> Run(ReadOnlyMemory<float> query, int k, CancellationToken cancellation)
    {
        _request.Queries = query;
        _request.K = k;
        FilteredTopK.Search(_request, _workspace, workers, cancellation);
        return _workspace.Hits(0);
    }
}

using Linr.Index;
using Linr.Index.Embeddings;
using Linr.Kernels;
using Linr.Kernels.Scan;

namespace Linr.Engine.Quantization;

/// <summary>
/// What <see cref="Requests.CodeSearch"/> does, for one query and for codes of any width: those are made here, so that
/// a model needs none of its own.
/// </summary>
internal sealed class CodeAnswers : IDisposable
{
    private readonly ItemTable _table;
    private readonly SegmentSearch _rows;
    private readonly CodeColumn _column;
    private readonly SegmentSearch _codes;
    private readonly float[] _query;

    /// <param name="table">The items.</param>
    /// <param name="embedding">The embedding whose codes are searched.</param>
    /// <param name="rows">Searches its rows.</param>
    /// <param name="bits">Bits of a code.</param>
    /// <param name="workers">Threads that help.</param>
    /// <param name="cancellation">Looked at while codes are made.</param>
    public CodeAnswers(
        ItemTable table,
        EmbeddingColumn embedding,
        SegmentSearch rows,
        int bits,
        ScanWorkers workers,
        CancellationToken cancellation)
    {
        _table = table;
        _rows = rows;
        _column = CodeColumn.Of(embedding, new EmbeddingCodes(bits), cancellation);
        _codes = new SegmentSearch(_column.Segment(), table, workers);
        _query = new float[bits];
    }

    /// <summary>How many candidates are kept for <paramref name="k"/> hits.</summary>
    public static int Kept(double? keepShare, int k, long items)
        => (int)Math.Min(CodeSelect.Wanted(keepShare ?? 0, wanted: 0, least: k, items), int.MaxValue);

    /// <summary>The answer to a query; valid until the next one.</summary>
    /// <param name="query">[D].</param>
    /// <param name="isAsymmetric">Whether the query keeps eight bits a sum.</param>
    /// <param name="keepShare">The share of the items that is rescored; null for codes alone.</param>
    /// <param name="k">Hits.</param>
    /// <param name="cancellation">Looked at during each scan.</param>
    public ReadOnlySpan<ScanHit> Answer(
        ReadOnlyMemory<float> query, bool isAsymmetric, double? keepShare, int k, CancellationToken cancellation)
    {
        _column.Coder.EncodeQuery(query.Span, isAsymmetric, _query);
        ReadOnlySpan<ScanHit> best = _codes.Search(_query, Kept(keepShare, k, _table.Rows), cancellation);
        return keepShare is null ? best : _rows.Search(query, k, best, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _codes.Dispose();
        _column.Dispose();
    }
}

using Linr.Kernels.Filter;

namespace Linr.Kernels.Scan;

/// <summary>
/// What one scan computes: Q queries against rows 0 to <see cref="RowCount"/> - 1. Mutable so that one object serves
/// search after search; the memory behind it must not change while a scan runs.
/// </summary>
public sealed class ScanRequest
{
    /// <summary>The embeddings whose weighted scores are added; one or more.</summary>
    public ReadOnlyMemory<ScanSegment> Segments { get; set; }

    /// <summary>Rows of the table, N.</summary>
    public long RowCount { get; set; }

    /// <summary>Queries of the batch, Q.</summary>
    public int QueryCount { get; set; }

    /// <summary>
    /// Segment after segment, Q x D floats each, row-major. Finite; with the rows' norms and the weights every product
    /// stays a finite float.
    /// </summary>
    public ReadOnlyMemory<float> Queries { get; set; }

    /// <summary>Q x segments, row-major; empty: every weight is 1.</summary>
    public ReadOnlyMemory<float> Weights { get; set; }

    /// <summary>
    /// Empty: every row passes. One element: the filter of all queries. Else Q elements; null passes every row, and
    /// queries that share an object share its evaluation.
    /// </summary>
    public ReadOnlyMemory<RowFilter?> Filters { get; set; }

    /// <summary>
    /// Empty: all rows. Else Q lists of rows, none twice in a list, that are all there is for a query to score: they
    /// are taken to be live and to pass, so that there are no filters and no masks. Not of codes.
    /// </summary>
    public ReadOnlyMemory<ReadOnlyMemory<uint>> Candidates { get; set; }

    /// <summary>
    /// Empty: every row is live. Else the address of a mask a block, 64 rows a word, lowest bit first; an address of 0
    /// means that all rows of the block are live.
    /// </summary>
    public ReadOnlyMemory<nint> LiveMasks { get; set; }

    /// <summary>Hits kept a query, 1 or more; more than there are rows that pass keeps them all.</summary>
    public int K { get; set; }

    /// <summary>Empty, or Q lowest scores that a hit may have; minus infinity: any.</summary>
    public ReadOnlyMemory<float> ScoreMin { get; set; }

    /// <summary>
    /// Empty: no grouping. Else a block of single-valued codes a block of rows: at most <see cref="GroupCap"/> hits of
    /// one code are kept. Code 0, missing, is a group as any other.
    /// </summary>
    public ReadOnlyMemory<ColumnBlock> Groups { get; set; }

    /// <summary>Hits of one group, 1 or more; read only with <see cref="Groups"/>.</summary>
    public int GroupCap { get; set; } = 1;

    /// <summary>What settles equal scores.</summary>
    public RowOrder Order { get; set; } = RowOrder.ByRow;
}

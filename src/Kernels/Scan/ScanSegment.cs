namespace Linr.Kernels.Scan;

/// <summary>One named embedding of every row of a table: one term of a scan's weighted sum.</summary>
/// <param name="Dim">Width of a row, D.</param>
/// <param name="Element">What the rows are made of.</param>
/// <param name="Metric">How a query and a row give a score.</param>
/// <param name="Blocks">The rows: block b holds rows b * <see cref="BlockRows"/> and on.</param>
public readonly record struct ScanSegment(
    int Dim, RowElement Element, ScanMetric Metric, ReadOnlyMemory<RowBlock> Blocks)
{
    /// <summary>Rows in a block; only the last block of a table may hold fewer.</summary>
    public const int BlockRows = 65_536;

    /// <summary>Bytes of one row.</summary>
    public int RowBytes => RowBytesOf(Dim, Element);

    /// <summary>Bytes of a row of <paramref name="dim"/> elements.</summary>
    public static int RowBytesOf(int dim, RowElement element) => element switch
    {
        RowElement.Float32 => dim * sizeof(float),
        RowElement.SignCode => dim / 8,
        RowElement.Int8 => dim,
        _ => dim * sizeof(ushort),
    };
}

namespace Linr.Kernels.Scan;

/// <summary>A segment as the scan uses it: what it is, and where its packed queries lie.</summary>
/// <param name="Source">The segment.</param>
/// <param name="QueryStart">Floats of the original queries before this segment's: [slot][D] from here.</param>
/// <param name="PackedStart">Floats of the packed queries before this segment's.</param>
/// <param name="PackedStride">Floats of one packed panel, or of one packed query of a small batch.</param>
/// <param name="WideStart">
/// Floats of a tile's rows before this segment's, where rows are made ready once a tile; -1 elsewhere.
/// </param>
/// <param name="Exponent">Packed queries carry a factor of 2 to this power, float scores lose it again.</param>
/// <param name="Planes">Planes of bits of a packed query, for rows that are codes; 0 for others.</param>
/// <param name="IsInt8">Whether panels are scored in whole numbers of 8 bits.</param>
internal readonly record struct PlanSegment(
    ScanSegment Source,
    long QueryStart,
    long PackedStart,
    int PackedStride,
    int WideStart,
    int Exponent,
    int Planes,
    bool IsInt8)
{
    public int Dim => Source.Dim;

    /// <summary>What float scores are multiplied by.</summary>
    public float Scale => (float)Math.ScaleB(1, -Exponent);

    /// <summary>Whether rows are codes.</summary>
    public bool IsCode => Planes > 0;

    /// <summary>Whether rows have scales of their own.</summary>
    public bool HasScales => Source.Element == RowElement.Int8;

    /// <summary>Bytes of a row that was made ready.</summary>
    public int WideBytes => IsInt8 ? Int8Scores.RowStride(Dim) : Dim * sizeof(float);

    /// <summary>Whether every score needs a term of the row's own: minus the squared norm.</summary>
    public bool HasRowTerm => Source.Metric == ScanMetric.Euclidean;
}

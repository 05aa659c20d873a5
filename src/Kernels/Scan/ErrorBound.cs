namespace Linr.Kernels.Scan;

/// <summary>
/// How far a float score of one query may be from the canonical score, for any order of summation, any instruction
/// set and any row of a block, as a polynomial in the block's largest norm; docs/scan.md has the proof.
/// </summary>
/// <param name="Constant">The term that does not depend on the rows.</param>
/// <param name="Linear">The factor of the largest norm.</param>
/// <param name="Quadratic">The factor of its square.</param>
/// <param name="Unmeasured">Added where rows were normalised but their norms are not at hand.</param>
internal readonly record struct ErrorBound(double Constant, double Linear, double Quadratic, double Unmeasured)
{
    private const double UnitRoundoff = 1.0 / (1 << 24);

    /// <summary>
    /// Roundings a term can meet besides its D products and sums: packing, scaling, norms, terms, cuts.
    /// </summary>
    private const int ExtraRoundings = 32;

    /// <summary>A row normalised before it was rounded to halves, or to bfloats, is this close to norm 1.</summary>
    private const double HalfNormError = 1.0 / 1024;
    private const double BFloatNormError = 1.0 / 128;

    /// <summary>Covers the roundings of what is lost itself, and of a row's norm.</summary>
    public const double LostShare = 1.001;

    private const double Underflow = 1e-42;
    private const double CosineUnderflow = 1e-24;

    /// <summary>The bound for one segment.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="segmentCount">Segments that are added up.</param>
    /// <param name="weight">The query's weight of the segment.</param>
    /// <param name="queryNorm">The query's norm.</param>
    /// <param name="lostNorm">The norm of what packing took from the query, weight and metric folded in.</param>
    public static ErrorBound Of(
        in ScanSegment segment, int segmentCount, double weight, double queryNorm, double lostNorm)
    {
        if (segment.Element == RowElement.SignCode)
        {
            return default;
        }

        double size = Math.Abs(weight);
        double relative = (segment.Dim + ExtraRoundings + (4 * segmentCount)) * 1.01 * UnitRoundoff * size;
        double underflow = segment.Dim * Underflow * (1 + (size * (1 + queryNorm)));
        double unmeasured = size * (segment.Element == RowElement.BFloat16 ? BFloatNormError : HalfNormError);
        double lost = LostShare * lostNorm;
        return segment.Metric switch
        {
            ScanMetric.Dot => new ErrorBound(underflow, (relative * queryNorm) + underflow + lost, 0, 0),
            ScanMetric.Cosine => new ErrorBound(
                (1.01 * relative) + (segment.Dim * CosineUnderflow * (1 + size)) + lost, 0, 0, unmeasured),
            _ => new ErrorBound(
                (relative * queryNorm * queryNorm) + underflow,
                (2 * relative * queryNorm) + underflow + lost,
                relative,
                0),
        };
    }

    /// <summary>The bound for the rows of a block.</summary>
    public double At(in RowBlock block) => At(block.NormMax) + (block.Norms == 0 ? Unmeasured : 0);

    /// <summary>The bound for any row of a norm up to <paramref name="normMax"/>.</summary>
    public double Worst(double normMax) => At(normMax) + Unmeasured;

    private double At(double norm) => Constant + (norm * (Linear + (norm * Quadratic)));
}

using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Linr.Kernels;

/// <summary>
/// Scores of <see cref="Int8Rows"/> in whole numbers, of queries that are rounded for it. A score is off by up to what
/// was rounded away from the query, times the row's norm.
/// </summary>
/// <remarks>
/// A small batch is bound by reading, so its queries keep 16 bits. A panel is bound by arithmetic: its queries have 8
/// bits, and the instruction, which adds products of bytes in 16 bits, is given numbers such that eight of them fit
/// (those of one sign that meet in one sum come to 128 at most). What it rounds away is a percent or two; so whoever
/// reaches a limit less that much is scored again, in floats, by <see cref="Fine"/>.
/// </remarks>
internal static unsafe partial class Int8Scores
{
    /// <summary>Components in a lane of a panel.</summary>
    public const int LaneElements = 4;

    /// <summary>Components of a panel's step: as many as sums of 16 bits hold.</summary>
    public const int StepElements = 4 * LaneElements;

    /// <summary>Floats of a small batch's query before its numbers; the first is its step.</summary>
    public const int FewStart = 16;

    /// <summary>Turns signed bytes into others, 0 to 255.</summary>
    private const int Bias = 128;

    /// <summary>255 times this is less than 2^15.</summary>
    private const int SumMax = 128;

    /// <summary>Eight numbers that are rounded may be half a step larger each.</summary>
    private const int SumWanted = SumMax - 4;

    /// <summary>The sums of a small batch must be less than 2^31.</summary>
    private const double FewSumMax = (1 << 30) / Int8Rows.ValueMax;

    private static bool Is512 => Avx512BW.IsSupported && Vector512.IsHardwareAccelerated;

    private static int FewStep => Is512 ? Vector512<short>.Count : Vector256<short>.Count;

    /// <summary>Whether this machine scores such rows in whole numbers.</summary>
    public static bool Serves(int dim, bool isFew)
        => (Is512 || (Avx2.IsSupported && Vector256.IsHardwareAccelerated && !Vector512.IsHardwareAccelerated))
            && (!isFew || dim >= FewStep);

    /// <summary>Bytes of a row that is ready for <see cref="PanelKept"/>: whole steps.</summary>
    public static int RowStride(int dim) => (dim + StepElements - 1) / StepElements * StepElements;

    /// <summary>Floats of a packed panel: a factor a query, where sums start, the bytes, and the queries.</summary>
    public static int PanelStride(int dim) => FineStart(dim) + (TileScores.PanelWidth * dim);

    /// <summary>Floats of a packed query of a small batch.</summary>
    public static int FewStride(int dim)
        => FewStart + ((dim + FewStep - 1) / FewStep * FewStep * sizeof(short) / sizeof(float));

    /// <summary>Rounds a query of a small batch; the last step overlaps the one before.</summary>
    /// <param name="query">[D]</param>
    /// <param name="packed">[<see cref="FewStride"/>]</param>
    /// <returns>The norm of what was rounded away.</returns>
    public static double PackFew(ReadOnlySpan<float> query, float* packed)
    {
        new Span<float>(packed, FewStride(query.Length)).Clear();
        (double largest, double sum) = (0, 0);
        foreach (float value in query)
        {
            largest = Math.Max(largest, Math.Abs(value));
            sum += Math.Abs(value);
        }

        float step = (float)Math.Max(largest / short.MaxValue, sum / FewSumMax);
        short* numbers = (short*)(packed + FewStart);
        double lost = 0;
        for (int d = 0; d < query.Length && step != 0; d++)
        {
            int start = d / FewStep * FewStep;
            double number = Math.Clamp(Math.Round(query[d] / (double)step), -short.MaxValue, short.MaxValue);
            numbers[start + d - Math.Min(start, query.Length - FewStep)] = (short)number;
            lost += Square(query[d] - (number * step));
        }

        packed[0] = step;
        return step == 0 ? Math.Sqrt(CanonicalScore.Dot(query, query)) : Math.Sqrt(lost);
    }

    /// <summary>
    /// Rounds query <paramref name="position"/> of a panel and packs it; other queries' places stay as they are.
    /// </summary>
    /// <param name="query">[D]</param>
    /// <param name="position">Its place.</param>
    /// <param name="panel">[<see cref="PanelStride"/>], zeros at first.</param>
    /// <returns>The norm of what was rounded away.</returns>
    public static double PackPanel(ReadOnlySpan<float> query, int position, float* panel)
    {
        int width = TileScores.PanelWidth;
        query.CopyTo(new Span<float>(FineQuery(panel, query.Length, position), query.Length));
        float step = (float)(LargestSum(query) / SumWanted);
        panel[position] = 1;
        if (!float.IsNormal(step) || !float.IsNormal(1 / step))
        {
            return Math.Sqrt(CanonicalScore.Dot(query, query));
        }

        sbyte* bytes = (sbyte*)(panel + (2 * width));
        double lost = 0;
        int sum = 0;
        for (int d = 0; d < query.Length; d++)
        {
            double number = Math.Round(query[d] / (double)step);
            bytes[(((d / LaneElements * width) + position) * LaneElements) + (d % LaneElements)] = (sbyte)number;
            lost += Square(query[d] - (number * step));
            sum += (int)number;
        }

        panel[position] = 1 / step;
        ((int*)panel)[width + position] = -Bias * sum;
        return Math.Sqrt(lost);
    }

    /// <summary>
    /// What limits are multiplied by before a panel is tested with them: a score is a whole number times the row's
    /// factor, over this.
    /// </summary>
    public static float* LimitFactors(float* panel) => panel;

    /// <summary>Query <paramref name="position"/> of a panel as it was.</summary>
    public static float* FineQuery(float* panel, int dim, int position) => panel + FineStart(dim) + (position * dim);

    private static int FineStart(int dim) => TileScores.PanelWidth * (2 + (RowStride(dim) / LaneElements));

    private static double Square(double value) => value * value;

    /// <summary>The largest sum of numbers of one sign that meet in one number of 16 bits.</summary>
    private static double LargestSum(ReadOnlySpan<float> query)
    {
        double largest = 0;
        for (int start = 0; start < query.Length; start += StepElements)
        {
            for (int pair = 0; pair < LaneElements; pair += 2)
            {
                (double above, double below) = (0, 0);
                int end = Math.Min(start + StepElements, query.Length);
                for (int first = start + pair; first < end; first += LaneElements)
                {
                    foreach (float value in query[first..Math.Min(first + 2, end)])
                    {
                        above += Math.Max(value, 0);
                        below -= Math.Min(value, 0);
                    }
                }

                largest = Math.Max(largest, Math.Max(above, below));
            }
        }

        return largest;
    }
}

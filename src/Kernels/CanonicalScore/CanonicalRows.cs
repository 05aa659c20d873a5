using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Linr.Kernels;

/// <summary>
/// The sums of <see cref="CanonicalScore"/> for one query and four rows at a time: one row alone waits for its own
/// additions (Zen 3, D 128: 57 ns a row one by one, FilteredTopK's kept rows). The rows of a later call are asked for
/// line by line in between: asked for at once they fill the queue to memory and the sums wait behind it (rows that lie
/// anywhere: 92 ns a row, so 59).
/// </summary>
internal static unsafe class CanonicalRows
{
    /// <summary>Rows at a time.</summary>
    public const int RowCount = 4;

    private const int LaneCount = CanonicalScore.LaneCount;

    /// <summary>Elements between two lines asked for: a line of floats, half a line of halves.</summary>
    private const int AskElements = TileRows.LineBytes / sizeof(float);

    /// <summary>The sums of one term over four rows.</summary>
    /// <param name="query">D elements.</param>
    /// <param name="rows">Four rows of D elements.</param>
    /// <param name="next">Four rows to ask for meanwhile.</param>
    /// <param name="nextBytes">Bytes of an element of those.</param>
    /// <param name="dim">D.</param>
    /// <param name="sums">Four sums.</param>
    [SkipLocalsInit]
    public static void Sum<TTerm>(
        double* query, float** rows, byte** next, int nextBytes, int dim, double* sums)
        where TTerm : struct, ICanonicalTerm
    {
        double* lanes = stackalloc double[RowCount * LaneCount];
        if (Avx512F.IsSupported && Vector512.IsHardwareAccelerated)
        {
            Lanes512<TTerm>(query, rows, next, nextBytes, dim, lanes);
        }
        else
        {
            Lanes256<TTerm>(query, rows, next, nextBytes, dim, lanes);
        }

        for (int r = 0; r < RowCount; r++)
        {
            double* own = lanes + (r * LaneCount);
            for (int d = dim / LaneCount * LaneCount; d < dim; d++)
            {
                own[d % LaneCount] = TTerm.Add(own[d % LaneCount], query[d], rows[r][d]);
            }

            sums[r] = CanonicalScore.AddLanes(new ReadOnlySpan<double>(own, LaneCount));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Lanes512<TTerm>(
        double* query, float** rows, byte** next, int nextBytes, int dim, double* lanes)
        where TTerm : struct, ICanonicalTerm
    {
        float* row0 = rows[0], row1 = rows[1], row2 = rows[2], row3 = rows[3];
        byte* next0 = next[0], next1 = next[1], next2 = next[2], next3 = next[3];
        Vector512<double> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        for (nint d = 0; d <= dim - LaneCount; d += LaneCount)
        {
            if (d % AskElements == 0)
            {
                Prefetch.ToL1(next0 + (d * nextBytes));
                Prefetch.ToL1(next1 + (d * nextBytes));
                Prefetch.ToL1(next2 + (d * nextBytes));
                Prefetch.ToL1(next3 + (d * nextBytes));
            }

            Vector512<double> q = Vector512.Load(query + d);
            sum0 = TTerm.Add(sum0, q, Avx512F.ConvertToVector512Double(Vector256.Load(row0 + d)));
            sum1 = TTerm.Add(sum1, q, Avx512F.ConvertToVector512Double(Vector256.Load(row1 + d)));
            sum2 = TTerm.Add(sum2, q, Avx512F.ConvertToVector512Double(Vector256.Load(row2 + d)));
            sum3 = TTerm.Add(sum3, q, Avx512F.ConvertToVector512Double(Vector256.Load(row3 + d)));
        }

        sum0.Store(lanes);
        sum1.Store(lanes + LaneCount);
        sum2.Store(lanes + (2 * LaneCount));
        sum3.Store(lanes + (3 * LaneCount));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Lanes256<TTerm>(
        double* query, float** rows, byte** next, int nextBytes, int dim, double* lanes)
        where TTerm : struct, ICanonicalTerm
    {
        float* row0 = rows[0], row1 = rows[1], row2 = rows[2], row3 = rows[3];
        byte* next0 = next[0], next1 = next[1], next2 = next[2], next3 = next[3];
        Vector256<double> low0 = default, low1 = default, low2 = default, low3 = default;
        Vector256<double> high0 = default, high1 = default, high2 = default, high3 = default;
        for (nint d = 0; d <= dim - LaneCount; d += LaneCount)
        {
            if (d % AskElements == 0)
            {
                Prefetch.ToL1(next0 + (d * nextBytes));
                Prefetch.ToL1(next1 + (d * nextBytes));
                Prefetch.ToL1(next2 + (d * nextBytes));
                Prefetch.ToL1(next3 + (d * nextBytes));
            }

            Vector256<double> q = Vector256.Load(query + d);
            low0 = TTerm.Add(low0, q, Widen(row0 + d));
            low1 = TTerm.Add(low1, q, Widen(row1 + d));
            low2 = TTerm.Add(low2, q, Widen(row2 + d));
            low3 = TTerm.Add(low3, q, Widen(row3 + d));
            q = Vector256.Load(query + d + 4);
            high0 = TTerm.Add(high0, q, Widen(row0 + d + 4));
            high1 = TTerm.Add(high1, q, Widen(row1 + d + 4));
            high2 = TTerm.Add(high2, q, Widen(row2 + d + 4));
            high3 = TTerm.Add(high3, q, Widen(row3 + d + 4));
        }

        Store(low0, high0, lanes);
        Store(low1, high1, lanes + LaneCount);
        Store(low2, high2, lanes + (2 * LaneCount));
        Store(low3, high3, lanes + (3 * LaneCount));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Widen(float* elements)
    {
        if (Avx.IsSupported)
        {
            return Avx.ConvertToVector256Double(Vector128.Load(elements));
        }

        (Vector128<double> low, Vector128<double> high) = Vector128.Widen(Vector128.Load(elements));
        return Vector256.Create(low, high);
    }

    private static void Store(Vector256<double> low, Vector256<double> high, double* lanes)
    {
        low.Store(lanes);
        high.Store(lanes + 4);
    }
}

using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Linr.Kernels;

/// <content>
/// Two accumulators of four lanes. TensorPrimitives has no float64 sum of float32 products, and its order of summation
/// depends on the instruction set. Wider vectors would not help: a row is bound by the latency of the adds.
/// </content>
public static partial class CanonicalScore
{
    private static double DotSimd(ReadOnlySpan<float> query, ReadOnlySpan<float> row)
    {
        Vector256<double> low = default;
        Vector256<double> high = default;
        int i = 0;
        for (; i <= query.Length - LaneCount; i += LaneCount)
        {
            (Vector256<double> queryLow, Vector256<double> queryHigh) = Widen(query, i);
            (Vector256<double> rowLow, Vector256<double> rowHigh) = Widen(row, i);
            low += queryLow * rowLow;
            high += queryHigh * rowHigh;
        }

        Span<double> lanes = stackalloc double[LaneCount];
        low.CopyTo(lanes);
        high.CopyTo(lanes[4..]);
        for (; i < query.Length; i++)
        {
            lanes[i % LaneCount] += (double)query[i] * row[i];
        }

        return AddLanes(lanes);
    }

    private static double SquaredDistanceSimd(ReadOnlySpan<float> query, ReadOnlySpan<float> row)
    {
        Vector256<double> low = default;
        Vector256<double> high = default;
        int i = 0;
        for (; i <= query.Length - LaneCount; i += LaneCount)
        {
            (Vector256<double> queryLow, Vector256<double> queryHigh) = Widen(query, i);
            (Vector256<double> rowLow, Vector256<double> rowHigh) = Widen(row, i);
            Vector256<double> differenceLow = queryLow - rowLow;
            Vector256<double> differenceHigh = queryHigh - rowHigh;
            low += differenceLow * differenceLow;
            high += differenceHigh * differenceHigh;
        }

        Span<double> lanes = stackalloc double[LaneCount];
        low.CopyTo(lanes);
        high.CopyTo(lanes[4..]);
        for (; i < query.Length; i++)
        {
            double difference = (double)query[i] - row[i];
            lanes[i % LaneCount] += difference * difference;
        }

        return AddLanes(lanes);
    }

    private static (Vector256<double> Low, Vector256<double> High) Widen(ReadOnlySpan<float> values, int start)
        => Vector256.Widen(Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(values), (nuint)start));
}

namespace Linr.Kernels;

/// <content>What the sums mean.</content>
public static partial class CanonicalScore
{
    /// <summary><see cref="Dot"/> in plain loops.</summary>
    public static double DotReference(ReadOnlySpan<float> query, ReadOnlySpan<float> row)
    {
        Span<double> lanes = stackalloc double[LaneCount];
        lanes.Clear();
        for (int i = 0; i < query.Length; i++)
        {
            lanes[i % LaneCount] += (double)query[i] * row[i];
        }

        return AddLanes(lanes);
    }

    /// <summary><see cref="SquaredDistance"/> in plain loops.</summary>
    public static double SquaredDistanceReference(ReadOnlySpan<float> query, ReadOnlySpan<float> row)
    {
        Span<double> lanes = stackalloc double[LaneCount];
        lanes.Clear();
        for (int i = 0; i < query.Length; i++)
        {
            double difference = (double)query[i] - row[i];
            lanes[i % LaneCount] += difference * difference;
        }

        return AddLanes(lanes);
    }

    internal static double AddLanes(ReadOnlySpan<double> lanes)
        => ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}

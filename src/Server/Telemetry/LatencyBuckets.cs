using System.Numerics;

namespace Linr.Server.Telemetry;

/// <summary>Counts of times, each within a sixteenth of what it was. One caller at a time.</summary>
internal sealed class LatencyBuckets
{
    // Sixteen steps from one power of two of microseconds to the next, up to some 70 minutes.
    private const int StepBits = 4;
    private const int Powers = 32;
    private readonly int[] _counts = new int[Powers << StepBits];

    /// <summary>All times.</summary>
    public long Count { get; private set; }

    /// <summary>Adds one.</summary>
    public void Add(TimeSpan time)
    {
        _counts[BucketOf((ulong)Math.Max(time.TotalMicroseconds, 0))]++;
        Count++;
    }

    /// <summary>Adds all of another.</summary>
    public void Add(LatencyBuckets other)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        Count = 0;
    }

    /// <summary>The time that this share of all times is not above, in milliseconds; 0 where there are none.</summary>
    public double Percentile(double share)
    {
        long left = (long)Math.Ceiling(share * Count);
        for (int bucket = 0; bucket < _counts.Length && left > 0; bucket++)
        {
            left -= _counts[bucket];
            if (left <= 0)
            {
                return UpperMicroseconds(bucket) / 1_000.0;
            }
        }

        return 0;
    }

    private static int BucketOf(ulong microseconds)
    {
        if (microseconds < 1 << StepBits)
        {
            return (int)microseconds;
        }

        int power = BitOperations.Log2(microseconds);
        int step = (int)(microseconds >> (power - StepBits)) & ((1 << StepBits) - 1);
        return Math.Min(((power - StepBits + 1) << StepBits) | step, (Powers << StepBits) - 1);
    }

    private static ulong UpperMicroseconds(int bucket)
    {
        int power = bucket >> StepBits;
        ulong step = (ulong)(bucket & ((1 << StepBits) - 1));
        return power == 0 ? step + 1 : (step + (1 << StepBits) + 1) << (power - 1);
    }
}

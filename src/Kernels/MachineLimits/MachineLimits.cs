using System.Diagnostics;
using Linr.Kernels.Scan;
using Linr.Memory;

namespace Linr.Kernels;

/// <summary>
/// What this machine can do at most, measured: the denominators of every benchmark. Each call is one pass; take medians
/// of passes that alternate with what is compared to them, since clock rates and neighbours change.
/// </summary>
public static partial class MachineLimits
{
    /// <summary>The least memory that a read is measured over, and the piece of it that a thread takes.</summary>
    public const int ReadBytesMin = 1 << 21;

    private const long MultiplyAddRounds = 2_000_000;

    /// <summary>
    /// Bytes a second at which memory is read, threads taking 2 MiB pieces: the better of once through in one stream a
    /// thread and once in four, stretches of 64 KiB at a time (Zen 3 reads four streams 1.25 times as fast as one).
    /// </summary>
    /// <param name="memory">What to read: larger than the caches; a whole number of pieces is read.</param>
    /// <param name="workers">The threads; null: the calling thread alone.</param>
    /// <exception cref="ArgumentException">The memory is shorter than a piece.</exception>
    public static double ReadBytesPerSecond(NativeSlice<byte> memory, ScanWorkers? workers = null)
    {
        long pieces = memory.Bytes / ReadBytesMin;
        if (pieces == 0)
        {
            throw new ArgumentException(
                $"Expected {ReadBytesMin} bytes or more, found {memory.Bytes}.", nameof(memory));
        }

        double oneStream = ReadSeconds(memory, pieces, workers, manyStreams: false);
        double manyStreams = ReadSeconds(memory, pieces, workers, manyStreams: true);
        return pieces * ReadBytesMin / Math.Min(oneStream, manyStreams);
    }

    /// <summary>
    /// Float operations a second of independent fused multiply-adds in registers, two operations each, on the widest
    /// vectors.
    /// </summary>
    /// <param name="workers">The threads; null: the calling thread alone.</param>
    public static double MultiplyAddFlopsPerSecond(ScanWorkers? workers = null)
    {
        double threads = workers?.ThreadCount ?? 1;
        return threads * MultiplyAddRounds * FlopsPerRound / Seconds(workers, _ => MultiplyAdd(MultiplyAddRounds));
    }

    private static double ReadSeconds(NativeSlice<byte> memory, long pieces, ScanWorkers? workers, bool manyStreams)
    {
        long next = 0;
        return Seconds(workers, _ =>
        {
            long piece;
            while ((piece = Interlocked.Increment(ref next) - 1) < pieces)
            {
                Read(memory.Slice(piece * ReadBytesMin, ReadBytesMin), manyStreams);
            }
        });
    }

    private static double Seconds(ScanWorkers? workers, Action<int> work)
    {
        long start = Stopwatch.GetTimestamp();
        if (workers is not null && workers.TryTake())
        {
            try
            {
                workers.Run(work);
            }
            finally
            {
                workers.Return();
            }
        }
        else
        {
            work(0);
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}

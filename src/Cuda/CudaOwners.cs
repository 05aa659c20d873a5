using System.Globalization;
using Linr.Cuda.Internal;

namespace Linr.Cuda;

/// <summary>
/// Counts of this process's owners by kind. When the work is done, all are zero: tests assert it. The counters are
/// read one after another, so they agree with each other only while no owner is made or disposed.
/// </summary>
public static class CudaOwners
{
    private static readonly long[] s_liveCounts = new long[Enum.GetValues<CudaOwnerKind>().Length];
    private static readonly long[] s_liveBytes = new long[s_liveCounts.Length];
    private static long s_leakCount;
    private static long s_freeFailureCount;

    /// <summary>Owners whose finalizer had to give back what nobody disposed: always 0 in correct code.</summary>
    public static long LeakCount => Interlocked.Read(ref s_leakCount);

    /// <summary>
    /// Calls that failed to give something back; they do not throw, because after an error in a kernel each of them
    /// fails, and the first error is the one to show.
    /// </summary>
    public static long FreeFailureCount => Interlocked.Read(ref s_freeFailureCount);

    /// <summary>Owners of all kinds that are not yet disposed.</summary>
    public static long LiveTotal
    {
        get
        {
            long total = 0;
            foreach (CudaOwnerKind kind in Enum.GetValues<CudaOwnerKind>())
            {
                total += LiveCount(kind);
            }

            return total;
        }
    }

    /// <summary>Owners of a kind that are not yet disposed.</summary>
    public static long LiveCount(CudaOwnerKind kind) => Interlocked.Read(ref s_liveCounts[(int)kind]);

    /// <summary>Bytes that the live owners of a kind hold; 0 for kinds without a size.</summary>
    public static long LiveBytes(CudaOwnerKind kind) => Interlocked.Read(ref s_liveBytes[(int)kind]);

    /// <summary>The kinds that are live, with counts and bytes, on one line; "none" if there is none.</summary>
    public static string Describe()
    {
        var kinds = new List<string>();
        foreach (CudaOwnerKind kind in Enum.GetValues<CudaOwnerKind>())
        {
            if (LiveCount(kind) != 0)
            {
                kinds.Add(string.Create(
                    CultureInfo.InvariantCulture, $"{LiveCount(kind):N0} {kind} ({LiveBytes(kind):N0} bytes)"));
            }
        }

        return kinds.Count == 0 ? "none" : string.Join(", ", kinds);
    }

    internal static void Made(CudaOwnerKind kind, long bytes)
    {
        Interlocked.Increment(ref s_liveCounts[(int)kind]);
        Interlocked.Add(ref s_liveBytes[(int)kind], bytes);
    }

    internal static void Freed(CudaOwnerKind kind, long bytes, CudaResult result)
    {
        Interlocked.Decrement(ref s_liveCounts[(int)kind]);
        Interlocked.Add(ref s_liveBytes[(int)kind], -bytes);
        if (result != CudaResult.Success)
        {
            Interlocked.Increment(ref s_freeFailureCount);
        }
    }

    internal static void Leaked() => Interlocked.Increment(ref s_leakCount);
}

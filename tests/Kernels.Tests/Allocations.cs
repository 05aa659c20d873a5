namespace Linr.Kernels.Tests;

/// <summary>Managed bytes that warm code allocates.</summary>
internal static class Allocations
{
    private const int Passes = 5;

    /// <summary>
    /// Bytes that this thread allocates in a pass of a warm call: the least of several passes. What the runtime itself
    /// allocates now and then (when code moves to a higher tier, say) is not in every pass; a call's bytes would be.
    /// </summary>
    /// <param name="call">What is warm: it has run often enough to have made what it keeps.</param>
    /// <param name="calls">How often a pass runs it.</param>
    public static long OfPass(Action call, int calls = 1)
    {
        long least = long.MaxValue;
        for (int pass = 0; pass < Passes && least > 0; pass++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int time = 0; time < calls; time++)
            {
                call();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}

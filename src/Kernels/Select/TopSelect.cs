namespace Linr.Kernels;

/// <summary>Moves the largest words of a list to its front: the selection of a scan, over survivors only.</summary>
public static partial class TopSelect
{
    /// <summary>
    /// Reorders <paramref name="values"/> so that its first <paramref name="count"/> words are the largest, in no
    /// order, and returns the smallest of those.
    /// </summary>
    /// <param name="values">The words; equal ones are allowed.</param>
    /// <param name="count">1 to the number of words.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is outside its range.</exception>
    public static ulong LargestToFront(Span<ulong> values, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, values.Length);
        return Partition(values, count);
    }
}

namespace Linr.Kernels;

/// <content>What the cut means without slack.</content>
internal static partial class TopCut
{
    /// <summary>The <paramref name="count"/>-th best score itself, by a sort.</summary>
    public static float Reference(ReadOnlySpan<ulong> words, int count)
    {
        ulong[] sorted = words.ToArray();
        Array.Sort(sorted);
        return ScoredRow.Score(sorted[^count]);
    }
}

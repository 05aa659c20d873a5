namespace Linr.Kernels.Scan;

/// <summary>
/// The rows that one thread still keeps for one slot, as <see cref="ScoredRow"/> words. The first
/// <see cref="Settled"/> carry canonical scores and stand in the order of the answer; the others carry a lower bound of
/// theirs, the float score minus its error.
/// </summary>
internal unsafe struct SurvivorList
{
    /// <summary>The words.</summary>
    public ulong* Words;

    /// <summary>How many.</summary>
    public int Count;

    /// <summary>How many of them are settled.</summary>
    public int Settled;

    /// <summary>The words in use.</summary>
    public readonly Span<ulong> Span => new(Words, Count);
}

namespace Linr.Kernels.Scan;

/// <summary>
/// The rows that one thread still keeps for one slot, as <see cref="ScoredRow"/> words. The first
/// <see cref="Settled"/> carry canonical scores and stand in the order of the answer; the others carry a lower bound of
/// theirs, the float score minus its error.
/// </summary>
internal unsafe struct SurvivorList
{
    /// <summary>No word will ever be counted: until the first shrink, and in a list with settled rows.</summary>
    public const int NotCounted = int.MaxValue;

    /// <summary>The words.</summary>
    public ulong* Words;

    /// <summary>How many.</summary>
    public int Count;

    /// <summary>How many of them are settled.</summary>
    public int Settled;

    /// <summary>The levels of the first <see cref="Counted"/> words.</summary>
    public LevelCounts Levels;

    /// <summary>
    /// How many words stand in <see cref="Levels"/>; <see cref="NotCounted"/> where levels are of no use.
    /// </summary>
    public int Counted;

    /// <summary>The words in use.</summary>
    public readonly Span<ulong> Span => new(Words, Count);
}

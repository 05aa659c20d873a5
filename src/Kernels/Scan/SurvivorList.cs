namespace Linr.Kernels.Scan;

/// <summary>
/// The rows that one thread still keeps for one slot, as <see cref="ScoredRow"/> words. The first
/// <see cref="Settled"/> carry canonical scores and stand in the order of the answer; the others carry a lower bound of
/// theirs, the float score minus its error.
/// </summary>
internal unsafe struct SurvivorList
{
    /// <summary>The cut will not be raised by counting: levels say nothing in a list with settled rows.</summary>
    public const int Never = int.MaxValue;

    /// <summary>The words.</summary>
    public ulong* Words;

    /// <summary>How many.</summary>
    public int Count;

    /// <summary>How many of them are settled.</summary>
    public int Settled;

    /// <summary>The levels of the first <see cref="Counted"/> words; nothing before the first cut of the list.</summary>
    public LevelCounts Levels;

    /// <summary>How many words stand in <see cref="Levels"/>.</summary>
    public int Counted;

    /// <summary>The number of words at which the cut is to be raised; <see cref="Never"/> for none.</summary>
    public int NextRaise;

    /// <summary>The words in use.</summary>
    public readonly Span<ulong> Span => new(Words, Count);
}

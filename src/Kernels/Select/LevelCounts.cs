using System.Numerics;

namespace Linr.Kernels;

/// <summary>
/// Counts of <see cref="ScoredRow"/> words by level: equal steps of the scores' bits above a base. While words are
/// added to a list it knows the K-th best to within a level, for a nanosecond a word, so that a scan need not wait for
/// a full list to raise its cut.
/// </summary>
internal unsafe struct LevelCounts(int* counts)
{
    /// <summary>Levels; scores above the last count there.</summary>
    public const int LevelCount = 256;

    private uint _base;
    private int _shift;
    private int _level;
    private int _above;

    /// <summary>The score of the highest level that the K-th best word reaches.</summary>
    public readonly float Cut => ScoredRow.Score((ulong)(_base + ((uint)_level << _shift)) << 32);

    /// <summary>Starts anew: levels from <paramref name="lowest"/> to the best of <paramref name="words"/>.</summary>
    /// <param name="words">The words so far; those below <paramref name="lowest"/> do not count.</param>
    /// <param name="lowest">A score that none of them needs to reach.</param>
    public void Start(ReadOnlySpan<ulong> words, float lowest)
    {
        _base = (uint)(ScoredRow.Pack(lowest, 0) >> 32);
        uint range = Math.Max(TopCut.Range(words).High, _base) - _base;
        _shift = Math.Max(0, 32 - BitOperations.LeadingZeroCount(range) - BitOperations.Log2(LevelCount));
        (_level, _above) = (0, 0);
        new Span<int>(counts, LevelCount).Clear();
    }

    /// <summary>Counts words and returns whether the <paramref name="k"/>-th best has come to a higher level.</summary>
    public bool Add(ReadOnlySpan<ulong> words, int k)
    {
        int above = 0;
        foreach (ulong word in words)
        {
            uint bits = (uint)(word >> 32);
            if (bits >= _base)
            {
                int level = (int)Math.Min((bits - _base) >> _shift, LevelCount - 1);
                counts[level]++;
                above += level >= _level ? 1 : 0;
            }
        }

        _above += above;
        int before = _level;
        while (_level < LevelCount - 1 && _above - counts[_level] >= k)
        {
            _above -= counts[_level++];
        }

        return _level > before;
    }
}

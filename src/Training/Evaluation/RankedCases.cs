namespace Linr.Training.Evaluation;

/// <summary>Where the target of each case came out, and what stood first.</summary>
internal sealed class RankedCases
{
    private readonly int[] _ranks;
    private readonly int[] _tops;

    /// <summary>Room for cases, none of them ranked.</summary>
    public RankedCases(int count)
    {
        _ranks = new int[count];
        _tops = new int[count * Ranking.CoverageDepth];
        Array.Fill(_tops, -1);
    }

    /// <summary>The target's rank, 1 or more; 0 where the target is not among the ranked items.</summary>
    public ref int Rank(int one) => ref _ranks[one];

    /// <summary>The rows that stood first, -1 past the last.</summary>
    public Span<int> Top(int one) => _tops.AsSpan(one * Ranking.CoverageDepth, Ranking.CoverageDepth);

    /// <summary>How many items stood among the first of any of some cases.</summary>
    public int Covered(IEnumerable<int> cases)
    {
        var covered = new HashSet<int>();
        foreach (int one in cases)
        {
            foreach (int item in Top(one))
            {
                covered.Add(item);
            }
        }

        covered.Remove(-1);
        return covered.Count;
    }
}

using Linr.Training.Data;

namespace Linr.Training.Evaluation;

/// <summary>Ranks every unseen item for every case, exhaustively.</summary>
internal static class Ranking
{
    private const long ScoresMax = 1 << 24;

    /// <summary>Top items that count as recommended for the coverage.</summary>
    public const int CoverageDepth = 10;

    /// <summary>The rank of each case's target, and which items stood among the first ten of any case.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="cases">The cases.</param>
    /// <param name="scorer">What ranks.</param>
    /// <param name="among">Which items are ranked, by row; null for all.</param>
    /// <remarks>Equal scores: the item with the smaller id is first, as in every answer of the engine.</remarks>
    public static (UserResult[] Results, int Covered) Run(
        InteractionDataset data, EvaluationCase[] cases, IScorer scorer, bool[]? among = null)
    {
        int itemCount = data.Catalogue.Count;
        int chunk = (int)Math.Clamp(ScoresMax / Math.Max(1, itemCount), 1, Math.Max(1, cases.Length));
        float[] scores = new float[(long)chunk * itemCount];
        var results = new UserResult[cases.Length];
        bool[] covered = new bool[itemCount];
        for (int start = 0; start < cases.Length; start += chunk)
        {
            ReadOnlySpan<EvaluationCase> part = cases.AsSpan(start, Math.Min(chunk, cases.Length - start));
            scorer.Score(data, part, scores.AsSpan(0, part.Length * itemCount));
            for (int one = 0; one < part.Length; one++)
            {
                Span<float> own = scores.AsSpan(one * itemCount, itemCount);
                Exclude(own, part[one].Seen(data), among);

                results[start + one] = new UserResult(
                    part[one].Target, Rank(own, part[one].Target, data.Catalogue.Ids));
                Cover(own, covered);
            }
        }

        return (results, covered.Count(item => item));
    }

    private static void Exclude(Span<float> scores, ReadOnlySpan<int> seen, bool[]? among)
    {
        foreach (int item in seen)
        {
            scores[item] = float.NegativeInfinity;
        }

        for (int item = 0; among is not null && item < scores.Length; item++)
        {
            if (!among[item])
            {
                scores[item] = float.NegativeInfinity;
            }
        }
    }

    private static int Rank(ReadOnlySpan<float> scores, int target, IReadOnlyList<ItemId> ids)
    {
        float score = scores[target];
        int rank = 1;
        for (int item = 0; item < scores.Length; item++)
        {
            if (scores[item] >= score && (scores[item] > score || (item != target && ids[item] < ids[target])))
            {
                rank++;
            }
        }

        return rank;
    }

    private static void Cover(ReadOnlySpan<float> scores, bool[] covered)
    {
        Span<float> best = stackalloc float[CoverageDepth];
        Span<int> items = stackalloc int[CoverageDepth];
        best.Fill(float.NegativeInfinity);
        items.Fill(-1);
        for (int item = 0; item < scores.Length; item++)
        {
            if (scores[item] > best[^1])
            {
                int place = CoverageDepth - 1;
                for (; place > 0 && best[place - 1] < scores[item]; place--)
                {
                    best[place] = best[place - 1];
                    items[place] = items[place - 1];
                }

                best[place] = scores[item];
                items[place] = item;
            }
        }

        foreach (int item in items)
        {
            if (item >= 0)
            {
                covered[item] = true;
            }
        }
    }
}

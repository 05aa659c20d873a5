using Linr.Training.Data;

namespace Linr.Training.Evaluation;

/// <summary>Ranks every unseen item for every case, exhaustively.</summary>
internal static class Ranking
{
    private const long ScoresMax = 1 << 24;

    /// <summary>Top items that count as recommended for the coverage.</summary>
    public const int CoverageDepth = 10;

    /// <summary>The rank of each case's target, and how many items stood among the first ten of any case.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="cases">The cases.</param>
    /// <param name="scorer">What ranks.</param>
    /// <param name="among">Which items are ranked, by row; null for all.</param>
    /// <remarks>Equal scores: the item with the smaller id is first, as in every answer of the engine.</remarks>
    public static (UserResult[] Results, int Covered) Run(
        InteractionDataset data, EvaluationCase[] cases, IScorer scorer, bool[]? among = null)
    {
        RankedCases ranked = Run(data, cases, scorer, [among], _ => { }, CancellationToken.None)[0];
        return (
            [.. cases.Select((one, place) => new UserResult(one.Target, ranked.Rank(place)))],
            ranked.Covered(Enumerable.Range(0, cases.Length)));
    }

    /// <summary>The same among several sets of items, which are all ranked by the same scores.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="cases">The cases.</param>
    /// <param name="scorer">What ranks.</param>
    /// <param name="among">Each set of items, by row; null for all. A case is ranked where its target is in it.</param>
    /// <param name="done">Told how many cases are done.</param>
    /// <param name="cancellation">Looked at between some hundreds of cases.</param>
    /// <returns>[set]</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static RankedCases[] Run(
        InteractionDataset data,
        EvaluationCase[] cases,
        IScorer scorer,
        IReadOnlyList<bool[]?> among,
        Action<int> done,
        CancellationToken cancellation)
    {
        int itemCount = data.Catalogue.Count;
        int chunk = (int)Math.Clamp(ScoresMax / Math.Max(1, itemCount), 1, Math.Max(1, cases.Length));
        float[] scores = new float[(long)chunk * itemCount];
        RankedCases[] ranked = [.. among.Select(_ => new RankedCases(cases.Length))];
        for (int start = 0; start < cases.Length; start += chunk)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<EvaluationCase> part = cases.AsSpan(start, Math.Min(chunk, cases.Length - start));
            scorer.Score(data, part, scores.AsSpan(0, part.Length * itemCount));
            for (int one = 0; one < part.Length; one++)
            {
                Span<float> own = scores.AsSpan(one * itemCount, itemCount);
                foreach (int item in part[one].Seen(data))
                {
                    own[item] = float.NegativeInfinity;
                }

                for (int set = 0; set < among.Count; set++)
                {
                    if (among[set] is not { } items || items[part[one].Target])
                    {
                        ranked[set].Rank(start + one) = Rank(own, part[one].Target, data.Catalogue.Ids, among[set]);
                        Top(own, ranked[set].Top(start + one), among[set]);
                    }
                }
            }

            done(start + part.Length);
        }

        return ranked;
    }

    private static int Rank(ReadOnlySpan<float> scores, int target, IReadOnlyList<ItemId> ids, bool[]? among)
    {
        float score = scores[target];
        int rank = 1;
        for (int item = 0; item < scores.Length; item++)
        {
            if (scores[item] >= score
                && (among is null || among[item])
                && (scores[item] > score || (item != target && ids[item] < ids[target])))
            {
                rank++;
            }
        }

        return rank;
    }

    private static void Top(ReadOnlySpan<float> scores, Span<int> items, bool[]? among)
    {
        Span<float> best = stackalloc float[CoverageDepth];
        best.Fill(float.NegativeInfinity);
        for (int item = 0; item < scores.Length; item++)
        {
            if (scores[item] > best[^1] && (among is null || among[item]))
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
    }
}

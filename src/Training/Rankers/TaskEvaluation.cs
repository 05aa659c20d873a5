using Linr.Rankers;
using Linr.Training.Data;
using Linr.Training.Evaluation;

namespace Linr.Training.Rankers;

/// <summary>Holds what a ranker predicts against what users of the test took and gave.</summary>
public static class TaskEvaluation
{
    private const int ChunkCases = 32;

    /// <summary>Results of all tasks of a ranker.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="scorer">The ranker.</param>
    /// <param name="spec">Its tasks.</param>
    /// <param name="options">Which users.</param>
    public static IReadOnlyList<TaskResult> Run(
        InteractionDataset data, RankerScorer scorer, RankerSpec spec, EvaluationOptions options)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(scorer);
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(options);
        EvaluationCase[] cases = EvaluationCase.Draw(data, options.HeldOut, options.UsersMax, options.Seed);
        var results = new List<TaskResult>();
        List<(double Own, double Other)>[] found = [.. spec.Tasks.Select(_ => new List<(double Own, double Other)>())];
        foreach (EvaluationCase[] chunk in cases.Chunk(ChunkCases))
        {
            Add(data, scorer, spec, chunk, options.HeldOut, found);
        }

        for (int task = 0; task < found.Length; task++)
        {
            bool isClick = spec.Tasks[task].Kind == RankTask.Probability;
            Interval own = Bootstrap.Mean([.. found[task].Select(one => one.Own)], options.Seed);
            Interval other = Bootstrap.Mean([.. found[task].Select(one => one.Other)], options.Seed);
            if (found[task].Count > 0)
            {
                results.Add(new TaskResult(
                    spec.Name,
                    spec.Tasks[task].Name,
                    isClick ? "auc" : "rmse",
                    found[task].Count,
                    isClick ? own : Root(own),
                    isClick ? other : Root(other)));
            }
        }

        return results;
    }

    private static void Add(
        InteractionDataset data,
        RankerScorer scorer,
        RankerSpec spec,
        EvaluationCase[] cases,
        HeldOut heldOut,
        List<(double Own, double Other)>[] found)
    {
        int items = data.Catalogue.Count;
        int count = Math.Min(scorer.Candidates, items - cases.Max(one => one.SeenCount));
        if (count < 2)
        {
            return;
        }

        float[] retrieved = new float[cases.Length * items];
        scorer.Retrieval.Score(data, cases, retrieved);
        int[] rows = new int[cases.Length * count];
        bool[] isFound = new bool[cases.Length];
        for (int one = 0; one < cases.Length; one++)
        {
            int[] best = RankerScorer.Best(data, cases[one], retrieved.AsSpan(one * items, items), count);
            isFound[one] = best.Contains(cases[one].Target);
            if (!isFound[one])
            {
                best[^1] = cases[one].Target;
            }

            best.CopyTo(rows, one * count);
        }

        float[] scores = scorer.TaskScores(data, cases, rows);
        int width = spec.Tasks.Length;
        for (int one = 0; one < cases.Length; one++)
        {
            EvaluationCase own = cases[one];
            int[] list = rows[(one * count)..((one + 1) * count)];
            int target = Array.IndexOf(list, own.Target);
            for (int task = 0; task < width; task++)
            {
                int first = (one * count * width) + task;
                if (spec.Tasks[task].Kind == RankTask.Probability && isFound[one])
                {
                    found[task].Add((
                        ShareBelow(target, count, place => scores[first + (place * width)]),
                        ShareBelow(target, count, place => retrieved[(one * items) + list[place]])));
                }
                else if (spec.Tasks[task].Kind == RankTask.Value && heldOut != HeldOut.Cold)
                {
                    double given = data.WeightOf(data.StartOf(own.User) + own.SeenCount);
                    double error = given - scores[first + (target * width)];
                    double ofMean = given - spec.Tasks[task].Offset;
                    found[task].Add((error * error, ofMean * ofMean));
                }
            }
        }
    }

    // Equal scores count half.
    private static double ShareBelow(int target, int count, Func<int, float> scoreOf)
    {
        float score = scoreOf(target);
        double below = 0;
        for (int place = 0; place < count; place++)
        {
            below += place == target ? 0 : scoreOf(place) < score ? 1 : scoreOf(place) == score ? 0.5 : 0;
        }

        return below / (count - 1);
    }

    private static Interval Root(Interval squares)
        => new(Math.Sqrt(squares.Mean), Math.Sqrt(squares.Low), Math.Sqrt(squares.High));
}

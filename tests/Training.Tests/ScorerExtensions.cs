using Linr.Training.Data;
using Linr.Training.Evaluation;

namespace Linr.Training.Tests;

internal static class ScorerExtensions
{
    /// <summary>The scores of all items for the test case of every user.</summary>
    public static float[] ScoreAll(this IScorer scorer, InteractionDataset data)
    {
        EvaluationCase[] cases = EvaluationCase.Draw(data, HeldOut.Test, int.MaxValue, 1);
        float[] scores = new float[cases.Length * data.Catalogue.Count];
        scorer.Score(data, cases, scores);
        return scores;
    }
}

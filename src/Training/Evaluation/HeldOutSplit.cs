using Linr.Training.Data;

namespace Linr.Training.Evaluation;

/// <summary>
/// Splits the users who have a validation interaction: from those of some, what stands on the towers learns, since the
/// towers have not seen them; those of the others choose the epoch. Equal seeds give equal splits.
/// </summary>
internal static class HeldOutSplit
{
    /// <summary>The share of users to learn from, unless told otherwise.</summary>
    public const double Share = 0.7;

    /// <summary>Users to learn from, null where there are too few or none are wanted; and cases to validate by.</summary>
    /// <param name="data">The data.</param>
    /// <param name="share">Share of the users to learn from.</param>
    /// <param name="casesMax">Cases at most.</param>
    /// <param name="seed">What draws them.</param>
    public static (int[]? Learned, EvaluationCase[] Cases) Of(
        InteractionDataset data, double share, int casesMax, long seed)
    {
        EvaluationCase[] all = EvaluationCase.Draw(data, HeldOut.Validation, int.MaxValue, seed);
        new SplitMix(seed).Shuffle<EvaluationCase>(all);

        // An item that the towers never trained on has no probability to be drawn, which a step corrects by.
        int[] counts = data.TrainingCounts();
        int[] learned =
            [.. all.Take((int)(share * all.Length)).Where(one => counts[one.Target] > 0).Select(one => one.User)];
        if (learned.Length < 2)
        {
            return (null, [.. all.Take(casesMax)]);
        }

        HashSet<int> users = [.. learned];
        return (learned, [.. all.Where(one => !users.Contains(one.User)).Take(casesMax)]);
    }
}

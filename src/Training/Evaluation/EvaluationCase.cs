using Linr.Training.Data;

namespace Linr.Training.Evaluation;

/// <summary>One user whose held-out item is to be found among all items that the user has not seen.</summary>
/// <param name="User">The user's row.</param>
/// <param name="Target">The held-out item's row.</param>
/// <param name="SeenCount">How many of the user's items, the first in order, count as seen.</param>
public readonly record struct EvaluationCase(int User, int Target, int SeenCount)
{
    /// <summary>Items that were seen, in order: what a scorer may read and what it need not find.</summary>
    public ReadOnlySpan<int> Seen(InteractionDataset data) => data.ItemsOf(User)[..SeenCount];

    /// <summary>The users of cases, and what they saw as the query tower takes it.</summary>
    internal static (int[] Users, int[] Histories) Lay(
        InteractionDataset data, ReadOnlySpan<EvaluationCase> cases, int historyLength)
    {
        int[] users = new int[cases.Length];
        int[] histories = new int[cases.Length * historyLength];
        for (int one = 0; one < cases.Length; one++)
        {
            users[one] = cases[one].User;
            HistoryRows.Latest(cases[one].Seen(data), histories.AsSpan(one * historyLength, historyLength));
        }

        return (users, histories);
    }

    /// <summary>The cases of a data set: all, or so many drawn by a seed, in the order of their users.</summary>
    public static EvaluationCase[] Draw(InteractionDataset data, HeldOut heldOut, int most, long seed)
    {
        EvaluationCase[] cases = heldOut == HeldOut.Cold
            ? [.. data.ColdInteractions.Select(one => new EvaluationCase(one.User, one.Item, one.Before))]
            : [.. OfUsers(data, fromEnd: heldOut == HeldOut.Test ? 1 : 2)];
        if (cases.Length > most)
        {
            new SplitMix(seed).Shuffle<EvaluationCase>(cases);
            Array.Resize(ref cases, most);
        }

        Array.Sort(cases, (left, right) => (left.User, left.Target).CompareTo((right.User, right.Target)));
        return cases;
    }

    private static IEnumerable<EvaluationCase> OfUsers(InteractionDataset data, int fromEnd)
    {
        for (int user = 0; user < data.UserCount; user++)
        {
            int count = data.ItemsOf(user).Length;
            if (count >= InteractionDataset.HeldOutMin)
            {
                yield return new EvaluationCase(user, data.ItemsOf(user)[^fromEnd], count - fromEnd);
            }
        }
    }
}

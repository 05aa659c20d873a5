using Linr.Training.Data;

namespace Linr.Training.Evaluation;

/// <summary>One user whose held-out item is to be found among all items that the user has not seen.</summary>
/// <param name="User">The user's row.</param>
/// <param name="Target">The held-out item's row.</param>
public readonly record struct EvaluationCase(int User, int Target)
{
    /// <summary>Items that were seen, in order: what a scorer may read and what it need not find.</summary>
    public ReadOnlySpan<int> Seen(InteractionDataset data, HeldOut heldOut)
    {
        ReadOnlySpan<int> items = data.ItemsOf(User);
        return items[..(heldOut == HeldOut.Test ? items.Length - 1 : items.Length - 2)];
    }

    /// <summary>The cases of a data set: all, or so many drawn by a seed, in the order of their users.</summary>
    public static EvaluationCase[] Draw(InteractionDataset data, HeldOut heldOut, int most, long seed)
    {
        List<EvaluationCase> all = [];
        for (int user = 0; user < data.UserCount; user++)
        {
            ReadOnlySpan<int> items = data.ItemsOf(user);
            if (items.Length >= InteractionDataset.HeldOutMin)
            {
                all.Add(new EvaluationCase(user, items[heldOut == HeldOut.Test ? ^1 : ^2]));
            }
        }

        EvaluationCase[] cases = [.. all];
        if (cases.Length > most)
        {
            new SplitMix(seed).Shuffle<EvaluationCase>(cases);
            Array.Resize(ref cases, most);
            Array.Sort(cases, (left, right) => left.User.CompareTo(right.User));
        }

        return cases;
    }
}

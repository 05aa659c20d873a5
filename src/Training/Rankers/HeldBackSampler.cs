using Linr.Training.Data;

namespace Linr.Training.Rankers;

/// <summary>
/// Examples that the towers have not learned from: of each user the interaction held out for validation, after all that
/// is trained on. Of what towers were trained on they know more than of what will come, most of all of items that few
/// took, and a ranker that learns from nothing else trusts their scores too much.
/// </summary>
internal sealed class HeldBackSampler
{
    // One user in so many is left to validate on.
    private const int ValidatedShare = 4;

    private readonly InteractionDataset _data;
    private readonly int _historyLength;
    private readonly int[] _users;
    private int _next;

    public HeldBackSampler(InteractionDataset data, int historyLength)
    {
        (_data, _historyLength) = (data, historyLength);
        _users = [.. Enumerable.Range(0, data.UserCount).Where(
            user => data.ItemsOf(user).Length >= InteractionDataset.HeldOutMin && !IsValidated(user))];
    }

    /// <summary>Examples of an epoch.</summary>
    public int Count => _users.Length;

    /// <summary>Whether a user is left to validate on.</summary>
    public static bool IsValidated(int user) => user % ValidatedShare == 0;

    /// <summary>Starts an epoch.</summary>
    public void Begin(long seed, int epoch)
    {
        Array.Sort(_users);
        new SplitMix(seed, epoch).Shuffle<int>(_users);
        _next = 0;
    }

    /// <summary>Fills the next batch; false when fewer than two examples are left.</summary>
    public bool Next(ExampleBatch batch)
    {
        batch.Count = Math.Min(batch.Capacity, _users.Length - _next);
        for (int example = 0; example < batch.Count; example++)
        {
            int user = _users[_next++];
            ReadOnlySpan<int> past = _data.TrainingItemsOf(user);
            batch.Users[example] = user;
            batch.Targets[example] = _data.ItemsOf(user)[past.Length];
            batch.Weights[example] = _data.WeightOf(_data.StartOf(user) + past.Length);
            HistoryRows.Latest(past, batch.Histories.AsSpan(example * _historyLength, _historyLength));
        }

        return batch.Count >= 2;
    }
}

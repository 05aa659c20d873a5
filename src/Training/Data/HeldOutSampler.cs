namespace Linr.Training.Data;

/// <summary>Examples whose targets are users' validation interactions, which the towers have not seen.</summary>
internal sealed class HeldOutSampler : ExampleSampler
{
    private readonly int[] _users;
    private int _next;

    /// <summary>A sampler that has not begun an epoch.</summary>
    /// <param name="data">The data.</param>
    /// <param name="options">Of the batches and histories.</param>
    /// <param name="users">The users, each of whom has a validation interaction.</param>
    public HeldOutSampler(InteractionDataset data, TrainingOptions options, IEnumerable<int> users)
        : base(data, options)
        => _users = [.. users.Order()];

    /// <inheritdoc/>
    public override int Steps => (_users.Length / BatchSize) + (_users.Length % BatchSize >= 2 ? 1 : 0);

    /// <inheritdoc/>
    public override bool Next(ExampleBatch batch)
    {
        batch.Clear();
        int count = Math.Min(BatchSize, _users.Length - _next);
        if (count < 2)
        {
            return false;
        }

        foreach (int user in _users.AsSpan(_next, count))
        {
            ReadOnlySpan<int> known = Data.TrainingItemsOf(user);
            HistoryRows.Latest(known, batch.AddHistory(user));
            batch.Add(Data.ItemsOf(user)[known.Length], Data.WeightOf(Data.StartOf(user) + known.Length), place: 0);
        }

        _next += count;
        return true;
    }

    /// <inheritdoc/>
    private protected override void Arrange(long seed, int epoch)
    {
        Array.Sort(_users);
        Random.Shuffle<int>(_users);
        _next = 0;
    }
}

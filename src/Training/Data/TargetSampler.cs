namespace Linr.Training.Data;

/// <summary>Examples each with a history of its own.</summary>
internal sealed class TargetSampler : ExampleSampler
{
    private readonly int[] _examples;
    private int _next;

    /// <summary>A sampler that has not begun an epoch.</summary>
    public TargetSampler(InteractionDataset data, TrainingOptions options)
        : base(data, options)
        => _examples = new int[Count];

    /// <inheritdoc/>
    public override int Steps => (Count / BatchSize) + (Count % BatchSize >= 2 ? 1 : 0);

    /// <inheritdoc/>
    public override bool Next(ExampleBatch batch)
    {
        batch.Clear();
        int count = Math.Min(BatchSize, _examples.Length - _next);
        if (count < 2)
        {
            return false;
        }

        for (int example = 0; example < count; example++)
        {
            int interaction = _examples[_next++];
            int user = Data.UserOf(interaction);
            ReadOnlySpan<int> items = Data.TrainingItemsOf(user);
            int position = interaction - Data.StartOf(user);
            Span<int> history = batch.AddHistory(user);
            if (Data.Order == InteractionOrder.None)
            {
                DrawOthers(items, position, history);
            }
            else
            {
                HistoryRows.Latest(items[..position], history);
            }

            DropPlaces(history);
            batch.Add(items[position], Data.WeightOf(interaction), place: 0);
        }

        return true;
    }

    /// <inheritdoc/>
    private protected override void Arrange(long seed, int epoch)
    {
        int next = 0;
        for (int user = 0; user < Data.UserCount; user++)
        {
            int start = Data.StartOf(user);
            int count = Data.TrainingItemsOf(user).Length;
            for (int position = 0; position < count; position++)
            {
                _examples[next++] = start + position;
            }
        }

        Random.Shuffle<int>(_examples);
        _next = 0;
    }

    private void DrawOthers(ReadOnlySpan<int> items, int position, Span<int> history)
    {
        history.Fill(HistoryRows.None);
        int others = items.Length - 1;
        if (others <= history.Length)
        {
            items[..position].CopyTo(history);
            items[(position + 1)..].CopyTo(history[position..]);
            return;
        }

        // Selection sampling (Knuth 3.4.2 S): each subset equally likely, the order kept.
        int chosen = 0;
        for (int other = 0; chosen < history.Length; other++)
        {
            if (Random.NextInt(others - other) < history.Length - chosen)
            {
                history[chosen++] = items[other < position ? other : other + 1];
            }
        }
    }

    private void DropPlaces(Span<int> history)
    {
        int kept = 0;
        foreach (int row in history)
        {
            if (row >= 0 && !IsDropped())
            {
                history[kept++] = row;
            }
        }

        history[kept..].Fill(HistoryRows.None);
    }
}

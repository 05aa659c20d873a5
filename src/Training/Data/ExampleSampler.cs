namespace Linr.Training.Data;

/// <summary>
/// The training examples of one epoch in random order: every interaction that is trained on is once the target, with
/// what the user did before it (or, without an order, a random part of all else) as its history. The order is a
/// function of seed and epoch alone.
/// </summary>
internal sealed class ExampleSampler
{
    private readonly InteractionDataset _data;
    private readonly int _historyLength;
    private readonly double _historyDropout;
    private readonly int[] _examples;
    private SplitMix _random;
    private int _next;

    /// <summary>A sampler that has not begun an epoch.</summary>
    public ExampleSampler(InteractionDataset data, int historyLength, double historyDropout)
    {
        _data = data;
        _historyLength = historyLength;
        _historyDropout = historyDropout;
        _random = new SplitMix(0);
        long count = 0;
        for (int user = 0; user < data.UserCount; user++)
        {
            count += data.TrainingItemsOf(user).Length;
        }

        _examples = new int[count];
    }

    /// <summary>Examples of an epoch.</summary>
    public int Count => _examples.Length;

    /// <summary>Steps of an epoch; a last batch of one example is left out.</summary>
    public int Steps(int batchSize)
    {
        (int whole, int rest) = Math.DivRem(Count, batchSize);
        return whole + (rest >= 2 ? 1 : 0);
    }

    /// <summary>Starts an epoch.</summary>
    public void Begin(long seed, int epoch)
    {
        _random = new SplitMix(seed, epoch);
        int next = 0;
        for (int user = 0; user < _data.UserCount; user++)
        {
            int start = _data.StartOf(user);
            int count = _data.TrainingItemsOf(user).Length;
            for (int position = 0; position < count; position++)
            {
                _examples[next++] = start + position;
            }
        }

        _random.Shuffle<int>(_examples);
        _next = 0;
    }

    /// <summary>Fills the next batch; false when fewer than two examples are left.</summary>
    public bool Next(ExampleBatch batch)
    {
        int count = Math.Min(batch.Capacity, _examples.Length - _next);
        if (count < 2)
        {
            return false;
        }

        batch.Count = count;
        for (int example = 0; example < count; example++)
        {
            int interaction = _examples[_next++];
            int user = _data.UserOf(interaction);
            ReadOnlySpan<int> items = _data.TrainingItemsOf(user);
            int position = interaction - _data.StartOf(user);
            batch.Users[example] = user;
            batch.Targets[example] = items[position];
            batch.Weights[example] = _data.WeightOf(interaction);
            Span<int> history = batch.Histories.AsSpan(example * _historyLength, _historyLength);
            if (_data.Order == InteractionOrder.None)
            {
                DrawOthers(items, position, history);
            }
            else
            {
                HistoryRows.Latest(items[..position], history);
            }

            DropPlaces(history);
        }

        return true;
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
            if (_random.NextInt(others - other) < history.Length - chosen)
            {
                history[chosen++] = items[other < position ? other : other + 1];
            }
        }
    }

    private void DropPlaces(Span<int> history)
    {
        if (_historyDropout <= 0)
        {
            return;
        }

        int kept = 0;
        foreach (int row in history)
        {
            if (row >= 0 && _random.NextDouble() >= _historyDropout)
            {
                history[kept++] = row;
            }
        }

        history[kept..].Fill(HistoryRows.None);
    }
}

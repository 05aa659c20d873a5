namespace Linr.Training.Data;

/// <summary>
/// Examples that share histories: a user's items are cut into windows, elsewhere in each epoch, and each item of a
/// window is a target that sees those before it. Without an order a user's items are put into a random one, so that a
/// target sees a random part of the others.
/// </summary>
internal sealed class WindowSampler : ExampleSampler
{
    private readonly List<(int User, int First, int End)> _windows = [];
    private readonly List<int> _batchEnds = [];
    private int[] _order = [];
    private long _seed;
    private int _epoch;
    private int _batch;

    /// <summary>A sampler that has not begun an epoch.</summary>
    public WindowSampler(InteractionDataset data, TrainingOptions options)
        : base(data, options)
    {
    }

    /// <inheritdoc/>
    public override int Steps => _batchEnds.Count;

    /// <inheritdoc/>
    public override bool Next(ExampleBatch batch)
    {
        batch.Clear();
        if (_batch == _batchEnds.Count)
        {
            return false;
        }

        for (int window = _batch == 0 ? 0 : _batchEnds[_batch - 1]; window < _batchEnds[_batch]; window++)
        {
            Add(_windows[window], batch);
        }

        _batch++;
        return true;
    }

    /// <inheritdoc/>
    private protected override void Arrange(long seed, int epoch)
    {
        (_seed, _epoch, _batch) = (seed, epoch, 0);
        _windows.Clear();
        _batchEnds.Clear();
        int most = Math.Min(HistoryLength, BatchSize);
        for (int user = 0; user < Data.UserCount; user++)
        {
            int count = Data.TrainingItemsOf(user).Length;
            int end = count <= most ? count : 1 + Random.NextInt(most);
            for (int first = 0; first < count; (first, end) = (end, Math.Min(count, end + most)))
            {
                _windows.Add((user, first, end));
            }
        }

        Random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_windows));
        int targets = 0;
        for (int window = 0; window < _windows.Count; window++)
        {
            int own = _windows[window].End - _windows[window].First;
            if (targets + own > BatchSize)
            {
                _batchEnds.Add(window);
                targets = 0;
            }

            targets += own;
        }

        if (_windows.Count > 0)
        {
            _batchEnds.Add(_windows.Count);
        }
    }

    // From the latest to the oldest: a target is added once what it sees begins.
    private void Add((int User, int First, int End) window, ExampleBatch batch)
    {
        ReadOnlySpan<int> items = Data.TrainingItemsOf(window.User);
        ReadOnlySpan<int> order = Order(window.User, items.Length);
        Span<int> history = batch.AddHistory(window.User, items.Length - window.End);
        int kept = 0;
        int oldest = Math.Max(0, window.End - 1 - HistoryLength);
        for (int position = window.End - 1; position >= oldest; position--)
        {
            if (position < window.End - 1 && !IsDropped())
            {
                history[kept++] = items[order[position]];
            }

            if (position >= window.First)
            {
                int own = order[position];
                batch.Add(items[own], Data.WeightOf(Data.StartOf(window.User) + own), kept);
            }
        }

        history[kept..].Fill(HistoryRows.None);
    }

    // The same for all windows of a user in an epoch.
    private ReadOnlySpan<int> Order(int user, int count)
    {
        if (_order.Length < count)
        {
            _order = [.. Enumerable.Range(0, Math.Max(count, 2 * _order.Length))];
        }

        Span<int> own = _order.AsSpan(0, count);
        if (Data.Order == InteractionOrder.None)
        {
            for (int position = 0; position < count; position++)
            {
                own[position] = position;
            }

            new SplitMix(_seed, ((long)_epoch << 32) + user).Shuffle(own);
        }

        return own;
    }
}

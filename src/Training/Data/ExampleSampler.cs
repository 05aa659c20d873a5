namespace Linr.Training.Data;

/// <summary>
/// The training examples of one epoch in random order: every interaction that is trained on is once the target, with
/// what the user did before it (or, without an order, a random part of all else) as its history. All random numbers are
/// a function of seed and epoch alone.
/// </summary>
internal abstract class ExampleSampler
{
    private readonly double _historyDropout;

    private protected ExampleSampler(InteractionDataset data, TrainingOptions options)
    {
        Data = data;
        HistoryLength = options.HistoryLength;
        BatchSize = options.BatchSize;
        _historyDropout = options.HistoryDropout;
        long count = 0;
        for (int user = 0; user < data.UserCount; user++)
        {
            count += data.TrainingItemsOf(user).Length;
        }

        Count = checked((int)count);
    }

    /// <summary>Examples of an epoch.</summary>
    public int Count { get; }

    /// <summary>Batches of the epoch that was begun last.</summary>
    public abstract int Steps { get; }

    private protected InteractionDataset Data { get; }

    private protected int HistoryLength { get; }

    private protected int BatchSize { get; }

    private protected SplitMix Random { get; private set; } = new(0);

    /// <summary>The sampler for a query tower: one that reads sequences is given whole ones.</summary>
    public static ExampleSampler Create(InteractionDataset data, TrainingOptions options)
        => options.QueryEncoder == QueryEncoder.CausalTransformer
            ? new WindowSampler(data, options) : new TargetSampler(data, options);

    /// <summary>Starts an epoch.</summary>
    public void Begin(long seed, int epoch)
    {
        Random = new SplitMix(seed, epoch);
        Arrange(seed, epoch);
    }

    /// <summary>Fills the next batch, of the options' size at most; false when the epoch is over.</summary>
    public abstract bool Next(ExampleBatch batch);

    /// <summary>Puts the examples of an epoch into their order.</summary>
    private protected abstract void Arrange(long seed, int epoch);

    /// <summary>Draws whether a place of a history is left out.</summary>
    private protected bool IsDropped() => _historyDropout > 0 && Random.NextDouble() < _historyDropout;
}

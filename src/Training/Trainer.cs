using System.Diagnostics;
using Linr.Index.ModelFiles;
using Linr.Training.Data;
using Linr.Training.Evaluation;
using Linr.Training.Torch;
using TorchSharp;

namespace Linr.Training;

/// <summary>
/// Trains a two-tower model: epochs of Adam on a sampled softmax, validated after each, stopped early.
/// </summary>
/// <remarks>One training at a time in a process: libtorch has one generator of random numbers.</remarks>
public static class Trainer
{
    /// <summary>Trains on a data set; the weights of the best epoch are kept.</summary>
    /// <param name="data">Items and interactions.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told after every step and every epoch, on this thread.</param>
    /// <param name="cancellation">Stops between steps; a checkpoint keeps the epochs that were finished.</param>
    /// <exception cref="ArgumentException">Options are wrong, or there is nothing to train on.</exception>
    /// <exception cref="TorchLibraryException">libtorch is missing or does not load.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TrainedModel Run(
        InteractionDataset data,
        TrainingOptions options,
        Action<TrainingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var sampler = ExampleSampler.Create(data, options);
        if (sampler.Count < 2)
        {
            throw new ArgumentException(
                $"Expected at least 2 interactions to train on; found {sampler.Count}.", nameof(data));
        }

        TorchLibrary.Load(options.LibtorchFolder, options.Threads);
        using LoadedModel? old = options.WarmStartPath is null ? null : ModelReader.Open(options.WarmStartPath);
        var model = new TwoTowerModel(data, options, TorchLibrary.Device(options.Device), old);
        try
        {
            if (old is not null)
            {
                WarmStart.Copy(old, model, data.Catalogue);
            }

            EpochResult[] epochs = Train(data, options, model, sampler, progress, cancellation);
            return new TrainedModel(data, model, Record(data, options, epochs));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static EpochResult[] Train(
        InteractionDataset data,
        TrainingOptions options,
        TwoTowerModel model,
        ExampleSampler sampler,
        Action<TrainingProgress>? progress,
        CancellationToken cancellation)
    {
        using var state = new TrainingState(model.Weights, options);
        if (File.Exists(options.CheckpointPath))
        {
            Checkpoint.Read(options.CheckpointPath, data, options, state);
        }

        var step = new TrainingStep(model, new StepItems(data.TrainingCounts(), options), state.Adam, options);
        EvaluationCase[] cases = EvaluationCase.Draw(data, HeldOut.Validation, options.ValidationUsers, options.Seed);
        while (!state.IsDone)
        {
            var clock = Stopwatch.StartNew();
            double loss = Epoch(options, sampler, step, state, progress, cancellation);
            (double hitRate, double gain) = Validate(data, options, model, cases);

            // Without users to validate on, the last epoch is the best.
            bool isBest = cases.Length == 0 || gain > state.BestGain;
            state.Epochs.Add(
                new EpochResult(state.Epochs.Count + 1, loss, hitRate, gain, clock.Elapsed.TotalSeconds, isBest));
            if (isBest)
            {
                state.Best.Take();
            }

            if (options.CheckpointPath is not null)
            {
                Checkpoint.Write(options.CheckpointPath, data, options, state);
            }

            progress?.Invoke(new TrainingProgress(
                state.Epochs.Count, options.Epochs, sampler.Steps, sampler.Steps, loss, state.Epochs[^1]));
        }

        state.Best.Restore();
        return [.. state.Epochs];
    }

    private static double Epoch(
        TrainingOptions options,
        ExampleSampler sampler,
        TrainingStep step,
        TrainingState state,
        Action<TrainingProgress>? progress,
        CancellationToken cancellation)
    {
        int epoch = state.Epochs.Count + 1;
        EpochResult? last = state.Epochs.Count == 0 ? null : state.Epochs[^1];
        var random = new SplitMix(options.Seed, -epoch);
        torch.manual_seed((long)(random.NextUInt64() >> 1));
        sampler.Begin(options.Seed, epoch);
        var batch = new ExampleBatch(options.BatchSize, options.HistoryLength);
        double sum = 0;
        int done = 0;
        while (sampler.Next(batch))
        {
            cancellation.ThrowIfCancellationRequested();
            state.Adam.Warmth = Math.Min(1, (state.Adam.StepCount + 1.0) / Math.Max(1, options.WarmupSteps));
            sum += step.Run(batch, random);
            done++;
            progress?.Invoke(
                new TrainingProgress(epoch, options.Epochs, done, sampler.Steps, sum / done, last));
        }

        return sum / done;
    }

    private static (double HitRate, double Gain) Validate(
        InteractionDataset data, TrainingOptions options, TwoTowerModel model, EvaluationCase[] cases)
    {
        if (cases.Length == 0)
        {
            return (0, 0);
        }

        float[] items = model.AllItemEmbeddings();
        var scorer = new TwoTowerScorer(
            "two-tower", options.Dim, options.HistoryLength, items,
            (users, histories) => model.QueryEmbeddings(QueryRows.Whole(users, histories), items));
        (UserResult[] results, _) = Ranking.Run(data, cases, scorer);
        return (results.Average(result => result.HitAt(10)), results.Average(result => result.DiscountedGainAt(10)));
    }

    private static TrainingRun Record(InteractionDataset data, TrainingOptions options, EpochResult[] epochs) => new()
    {
        Options = options,
        Items = data.Catalogue.Count,
        Users = data.UserCount,
        Interactions = data.InteractionCount,
        ColdItems = data.ColdInteractions.Count,
        Order = data.Order.ToString(),
        Epochs = epochs,
    };
}

using System.Diagnostics;
using Linr.Layers;
using Linr.Training.Centroids;
using Linr.Training.Torch;

namespace Linr.Training.Similarities;

/// <summary>
/// Trains a learned similarity on the embeddings of a trained model, whose towers stay as they are or learn with it:
/// epochs of Adam on a sampled softmax with the log-Q correction, validated after each, stopped early.
/// </summary>
public static class SimilarityTrainer
{
    // A start whose loss has fallen by less over the watched steps is drawn again.
    private const double FallMin = 0.02;

    /// <summary>
    /// Trains on the data of a model; the weights of the best epoch are kept, those of the start where none is better.
    /// </summary>
    /// <param name="model">The trained towers.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told after every step and every epoch, on this thread.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">Options are wrong.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TrainedSimilarity Run(
        TrainedModel model,
        SimilarityOptions options,
        Action<TrainingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        TrainingOptions towers = model.Run.Options with
        {
            BatchSize = options.BatchSize,
            UniformNegatives = options.Negatives,
            Epochs = options.Epochs,
            Patience = options.Patience,
            LearningRate = options.LearningRate,
            WeightDecay = options.WeightDecay,
            Seed = options.Seed,
        };
        var inputs = new SimilarityInputs(model, options.Embeddings);
        if (options.TrainsTowers && inputs.OfTowers < 0)
        {
            throw new ArgumentException(
                $"{nameof(options.TrainsTowers)}: expected \"{towers.Embedding}\", which the towers make, among "
                + $"{nameof(options.Embeddings)}; found {string.Join(", ", inputs.Names)}.",
                nameof(options));
        }

        float[]? centroids = options.Centroids == 0 ? null : Centroids(inputs, options, model.Run.Options.Device);
        options = centroids is null ? options
            : options with { Centroids = centroids.Length / inputs.Sources[0].Dim, Name = options.ChosenName };
        SimilaritySpec spec = new SimilarityDesign(options, inputs.Sources).Spec();
        int starts = 0;
        while (true)
        {
            var similarity = new TorchSimilarity(spec, options, options.Seed + starts, centroids, model.Model.Weights.Device);
            starts++;
            try
            {
                using var run = new SimilarityRun(model, inputs, similarity, options, towers);
                if (Train(run, starts < options.StartsMax, progress, cancellation) is { } epochs)
                {
                    return new TrainedSimilarity(model, similarity, options, epochs, starts);
                }

                similarity.Dispose();
            }
            catch
            {
                similarity.Dispose();
                throw;
            }
        }
    }

    /// <summary>Trains from one start; null where the first steps were bad and another start is due.</summary>
    private static EpochResult[]? Train(
        SimilarityRun run, bool isWatched, Action<TrainingProgress>? progress, CancellationToken cancellation)
    {
        run.Validate();
        while (!run.State.IsDone)
        {
            var clock = Stopwatch.StartNew();
            int epoch = run.State.Epochs.Count + 1;
            run.Begin(epoch);
            var losses = new List<double>();
            while (run.Step() is { } loss)
            {
                cancellation.ThrowIfCancellationRequested();
                losses.Add(loss);
                progress?.Invoke(run.Progress(epoch, losses));
                if (isWatched && epoch == 1 && losses.Count == run.WatchSteps && !HasFallen(losses))
                {
                    run.RestoreTowers();
                    return null;
                }
            }

            (double hitRate, double gain, bool isBest) = run.Validate();
            run.State.Epochs.Add(new EpochResult(
                epoch, losses.Average(), hitRate, gain, clock.Elapsed.TotalSeconds, isBest));
            if (isBest)
            {
                run.TakeBest();
            }

            progress?.Invoke(run.Progress(epoch, losses));
        }

        run.RestoreBest();
        return [.. run.State.Epochs];
    }

    // As many as asked for, or as there are items.
    private static float[] Centroids(SimilarityInputs inputs, SimilarityOptions options, string device)
        => KMeans.Run(
            inputs.Items[0].Span,
            inputs.Sources[0].Dim,
            new KMeansOptions { Count = options.Centroids, BatchRows = options.CentroidBatchRows, Seed = options.Seed },
            device).Centroids;

    private static bool HasFallen(List<double> losses)
    {
        int part = Math.Max(1, losses.Count / 5);
        return losses.TakeLast(part).Average() < losses.Take(part).Average() * (1 - FallMin);
    }
}

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
                using var run = new SimilarityRun(
                    model, inputs, similarity, options, towers, isWatched: starts < options.StartsMax);
                if (run.Train(run.Phases, progress, cancellation) is { } epochs)
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

    // As many as asked for, or as there are items.
    private static float[] Centroids(SimilarityInputs inputs, SimilarityOptions options, string device)
        => KMeans.Run(
            inputs.Items[0].Span,
            inputs.Sources[0].Dim,
            new KMeansOptions { Count = options.Centroids, BatchRows = options.CentroidBatchRows, Seed = options.Seed },
            device).Centroids;
}

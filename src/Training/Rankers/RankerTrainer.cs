using Linr.Rankers;
using Linr.Training.Data;
using Linr.Training.Similarities;
using Linr.Training.Towers;

namespace Linr.Training.Rankers;

/// <summary>
/// Trains a ranker on a trained model, whose towers stay as they are or learn with it: epochs of Adam on lists of what
/// the user took among what the model itself finds, validated after each, stopped early.
/// </summary>
public static class RankerTrainer
{
    /// <summary>Trains on the data of a model; the weights of the best epoch are kept.</summary>
    /// <param name="model">The trained towers.</param>
    /// <param name="options">How.</param>
    /// <param name="similarity">A similarity of the model whose logits the ranker reads; null for none.</param>
    /// <param name="progress">Told after every step and every epoch, on this thread.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">Options are wrong.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TrainedRanker Run(
        TrainedModel model,
        RankerOptions options,
        TrainedSimilarity? similarity = null,
        Action<TrainingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        string embedding = model.Run.Options.Embedding;
        if (similarity is not null && !similarity.Spec.QueryEmbeddings.SequenceEqual([embedding]))
        {
            throw new ArgumentException(
                $"Expected a similarity of \"{embedding}\" alone for a ranker to stand on; \"{similarity.Spec.Name}\" reads "
                + $"{string.Join(", ", similarity.Spec.QueryEmbeddings)}.",
                nameof(similarity));
        }

        ItemCatalogue catalogue = model.Data.Catalogue;
        var survey = new FieldSurvey(catalogue.Schema.Fields, catalogue.Items.Select(item => item.Fields));
        RankerSpec spec = RankerDesign.Spec(
            options,
            model.Run.Options,
            catalogue.Schema.Fields,
            survey,
            similarity?.Spec.Name,
            RatingsOf(model.Data));
        var ranker = new TorchRanker(spec, options, model, survey);
        try
        {
            using var run = new RankerRun(model, ranker, similarity, options);
            TrainingPhase[] phases = [new(options.Epochs, IsHeldOut: false), new(options.TuneEpochs, IsHeldOut: true)];
            return new TrainedRanker(
                model, ranker, similarity, options, run.Train(phases, progress, cancellation) ?? []);
        }
        catch
        {
            ranker.Dispose();
            throw;
        }
    }

    /// <summary>Mean and deviation of what interactions that are trained on weigh; null where all weigh the same.</summary>
    private static (double Mean, double Deviation)? RatingsOf(InteractionDataset data)
    {
        (double sum, double squares, long count) = (0, 0, 0);
        for (int user = 0; user < data.UserCount; user++)
        {
            for (int place = 0; place < data.TrainingItemsOf(user).Length; place++)
            {
                double weight = data.WeightOf(data.StartOf(user) + place);
                (sum, squares, count) = (sum + weight, squares + (weight * weight), count + 1);
            }
        }

        double mean = sum / Math.Max(1, count);
        double deviation = Math.Sqrt(Math.Max(0, (squares / Math.Max(1, count)) - (mean * mean)));
        return deviation > 1e-6 * Math.Abs(mean) ? (mean, deviation) : null;
    }
}

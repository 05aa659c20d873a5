using Linr.Training.Torch;

namespace Linr.Training.Embeddings;

/// <summary>Makes further embeddings of a trained model's items.</summary>
public static class EmbeddingTrainer
{
    /// <summary>The embedding of who chose what.</summary>
    public const string Graph = "graph";

    /// <summary>The embedding of the items' words.</summary>
    public const string Text = "text";

    // LightGCN's mean over its layers weighs a direction by the sum of even powers of its singular value.
    private const double Smoothing = 1;

    /// <summary>Makes an embedding and gives it to the model under its kind's name.</summary>
    /// <param name="model">The model, whose data are read; it needs libtorch loaded, as training leaves it.</param>
    /// <param name="kind"><see cref="Graph"/> or <see cref="Text"/>.</param>
    /// <param name="dim">Width; null: that of the towers.</param>
    /// <exception cref="ArgumentException">
    /// The kind is unknown, the model has it, or its items have no words.
    /// </exception>
    public static void Add(TrainedModel model, string kind, int? dim = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        TrainingOptions options = model.Run.Options;
        int width = dim ?? options.Dim;
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        TorchSharp.torch.Device device = TorchLibrary.Device(options.Device);
        float[] rows = kind switch
        {
            Graph => GraphEmbedding.Rows(
                model.Data, width, Smoothing, (model.ItemEmbeddings, options.Dim), options.Seed, device),
            Text => TextEmbedding.Rows(model.Data.Catalogue, width, options.Seed, device),
            _ => throw new ArgumentException($"Expected {Graph} or {Text}; found \"{kind}\".", nameof(kind)),
        };
        model.Add(new ItemEmbedding(kind, width, rows, model.Data.TrainingCounts(), options.HistoryLength));
    }
}

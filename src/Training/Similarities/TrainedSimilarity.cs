using Linr.Layers;
using Linr.ModelFile;
using Linr.Training.Torch;

namespace Linr.Training.Similarities;

/// <summary>A trained similarity that is still in Torch: evaluate it, export it with its model, dispose it.</summary>
public sealed class TrainedSimilarity : IDisposable
{
    private readonly TrainedModel _model;
    private readonly TorchSimilarity _similarity;

    internal TrainedSimilarity(
        TrainedModel model,
        TorchSimilarity similarity,
        SimilarityOptions options,
        IReadOnlyList<EpochResult> epochs,
        int starts)
    {
        (_model, _similarity, Options, Epochs, Starts) = (model, similarity, options, epochs, starts);
    }

    /// <summary>How it was trained.</summary>
    public SimilarityOptions Options { get; }

    /// <summary>What its epochs gave.</summary>
    public IReadOnlyList<EpochResult> Epochs { get; }

    /// <summary>Starts that it took until the loss fell.</summary>
    public int Starts { get; }

    /// <summary>How a model file lists it.</summary>
    public SimilaritySpec Spec => _similarity.Spec;

    /// <summary>The similarity as something to evaluate; dispose it.</summary>
    public SimilarityScorer ToScorer() => SimilarityScorer.Of(_model, _similarity, _model.Run.Options.Threads);

    /// <summary>The same by Torch from end to end.</summary>
    internal TorchSimilarityScorer ToTorchScorer() => new(_model, Inputs, _similarity);

    /// <summary>The similarity in Torch.</summary>
    internal TorchSimilarity Model => _similarity;

    /// <summary>The embeddings that hold the items' halves.</summary>
    internal IEnumerable<EmbeddingSchema> Embeddings
        => Spec.Items.Select(head => new EmbeddingSchema(head.Embedding, head.Dim, Metric.Dot));

    /// <summary>Halves of all items.</summary>
    internal float[][] ItemHalves() => Inputs.ItemHalves(_similarity);

    /// <summary>Its tensors for a model file.</summary>
    internal IEnumerable<TensorSource> Tensors()
        => _similarity.Weights.All.Select(weight => TensorBytes.Source(weight.Name, weight.Value));

    private SimilarityInputs Inputs => new(_model, Spec.QueryEmbeddings);

    /// <inheritdoc/>
    public void Dispose() => _similarity.Dispose();
}

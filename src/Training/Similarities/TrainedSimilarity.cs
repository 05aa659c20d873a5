using Linr.Layers;
using Linr.ModelFile;
using Linr.Training.Data;
using Linr.Training.Torch;
using TorchSharp;
using static TorchSharp.torch;

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

    /// <summary>Logits of users' whole histories and items, query after query, by Torch from end to end.</summary>
    internal float[] LogitsInTorch(int[] users, int[] items)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> parameters = _similarity.Parameters(training: false);
        Device device = _similarity.Weights.Device;
        SimilarityInputs inputs = Inputs;
        float[][] embedded = inputs.Queries(QueryRows.Whole(users, HistoriesOf(users)));
        Tensor[] queries = inputs.ToTensors([.. embedded.Select(one => (ReadOnlyMemory<float>)one)], device);
        Tensor rows = tensor(Array.ConvertAll(items, item => (long)item), device: device);
        Tensor[] chosen = [.. inputs.ToTensors(inputs.Items, device).Select(all => all.index_select(0, rows))];
        return _similarity.Logits(
            _similarity.QueryHalves(queries, parameters),
            _similarity.ItemHalves(chosen, parameters),
            parameters,
            training: false).Logits.cpu().contiguous().data<float>().ToArray();
    }

    /// <summary>The same by the engine's scan.</summary>
    internal float[] LogitsInEngine(int[] users, int[] items)
    {
        using SimilarityScorer scorer = ToScorer();
        return scorer.Logits(users, HistoriesOf(users), items);
    }

    private SimilarityInputs Inputs => new(_model, Spec.QueryEmbeddings);

    private int[] HistoriesOf(int[] users)
    {
        int length = _model.Run.Options.HistoryLength;
        int[] histories = new int[users.Length * length];
        for (int i = 0; i < users.Length; i++)
        {
            HistoryRows.Latest(_model.Data.TrainingItemsOf(users[i]), histories.AsSpan(i * length, length));
        }

        return histories;
    }

    /// <inheritdoc/>
    public void Dispose() => _similarity.Dispose();
}

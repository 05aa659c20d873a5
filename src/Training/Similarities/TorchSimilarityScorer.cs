using Linr.Training.Data;
using Linr.Training.Evaluation;
using Linr.Training.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Linr.Training.Similarities;

/// <summary>
/// A learned similarity as something to evaluate, by Torch from end to end: where it is trained on a device, the logits
/// of all pairs are there in a fraction of the time that a processor's scan takes.
/// </summary>
internal sealed class TorchSimilarityScorer : IScorer, IDisposable
{
    // Largest count of pairs at once: a gate's hidden layer has some hundred floats for each.
    private const int PairsMax = 1 << 18;

    private readonly SimilarityInputs _inputs;
    private readonly TorchSimilarity _similarity;
    private readonly int _historyLength;
    private readonly Tensor[] _items;

    /// <summary>Computes the halves of all items, by the weights as they are.</summary>
    public TorchSimilarityScorer(TrainedModel model, SimilarityInputs inputs, TorchSimilarity similarity)
    {
        (_inputs, _similarity, _historyLength) = (inputs, similarity, model.Run.Options.HistoryLength);
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        _items =
        [
            .. similarity.ItemHalves(
                inputs.ToTensors(inputs.Items, similarity.Weights.Device), similarity.Parameters(training: false))
                .Select(half => half.DetachFromDisposeScope()),
        ];
    }

    /// <inheritdoc/>
    public string Name => _similarity.Spec.Name;

    /// <inheritdoc/>
    public void Score(InteractionDataset data, ReadOnlySpan<EvaluationCase> cases, Span<float> scores)
    {
        (int[] users, int[] histories) = EvaluationCase.Lay(data, cases, _historyLength);
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor queries = tensor(
            _inputs.QueryHalves(_similarity, users, histories), device: _similarity.Weights.Device).view(cases.Length, -1);
        Dictionary<string, Tensor> parameters = _similarity.Parameters(training: false);
        int items = (int)_items[0].shape[0];
        int chunk = Math.Clamp(PairsMax / cases.Length, 1, items);
        for (int first = 0; first < items; first += chunk)
        {
            using DisposeScope part = NewDisposeScope();
            int count = Math.Min(chunk, items - first);
            (Tensor logits, _) = _similarity.Logits(
                queries, Array.ConvertAll(_items, half => half.narrow(0, first, count)), parameters, training: false);
            ReadOnlySpan<float> values = logits.cpu().contiguous().data<float>().ToArray();
            for (int one = 0; one < cases.Length; one++)
            {
                values.Slice(one * count, count).CopyTo(scores[((one * items) + first)..]);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_items, half => half.Dispose());
}

using Linr.Training.Data;
using Linr.Training.Similarities;
using Linr.Training.Torch;
using static TorchSharp.torch;

namespace Linr.Training.Rankers;

/// <summary>The towers, and the similarity that a ranker stands on, where they learn with it.</summary>
internal sealed class JointTowers : IDisposable
{
    private readonly TrainedModel _model;
    private readonly TrainedSimilarity? _similarity;
    private readonly StepItems _items;
    private readonly TrainingState _state;
    private readonly TrainingState? _similarityState;
    private readonly TrainingStep _step;
    private Dictionary<string, Tensor> _parameters = [];

    public JointTowers(TrainedModel model, TrainedSimilarity? similarity, TrainingOptions options)
    {
        (_model, _similarity) = (model, similarity);
        _items = new StepItems(model.Data.TrainingCounts(), options);
        _state = new TrainingState(model.Model.Weights, options);
        _step = new TrainingStep(model.Model, _items, _state.Adam, options);
        _similarityState = similarity is null ? null : new TrainingState(similarity.Model.Weights, options);
    }

    /// <summary>The similarity's tensors of the step, each collecting its gradient.</summary>
    public Dictionary<string, Tensor>? OfSimilarity { get; private set; }

    /// <summary>The towers' own loss of a batch; embeddings of its queries and of these rows, with gradients.</summary>
    public (Tensor Loss, Tensor Queries, Tensor Items) Forward(
        ExampleBatch batch, IReadOnlyList<int> rows, SplitMix random)
    {
        _items.Draw(batch, random, rows.ToArray());
        _parameters = _model.Model.Parameters(training: true);
        OfSimilarity = _similarity?.Model.Parameters(training: true);
        (Tensor loss, Tensor queries, _) = _step.Forward(batch, _parameters, random);
        long[] numbers = [.. rows.Select(row => (long)_items.NumberOf(row))];
        return (loss, queries, _step.Embedded!.index_select(0, tensor(numbers, device: queries.device)));
    }

    /// <summary>Moves all weights against their gradients.</summary>
    /// <param name="warmth">Share of the learning rate in use.</param>
    public void Update(double warmth)
    {
        _state.Adam.Warmth = warmth;
        _step.Update(_parameters);
        if (_similarityState is null)
        {
            return;
        }

        using IDisposable quiet = no_grad();
        _similarityState.Adam.Warmth = warmth;
        _similarityState.Adam.Begin();
        _similarityState.Adam.Update(_similarity!.Model.Weights, OfSimilarity!);
    }

    /// <summary>Embeds all items anew.</summary>
    public void Refresh() => _model.Refresh();

    /// <summary>Keeps the weights as the best so far.</summary>
    public void TakeBest()
    {
        _state.Best.Take();
        _similarityState?.Best.Take();
    }

    /// <summary>Puts the best weights back.</summary>
    public void RestoreBest()
    {
        _state.Best.Restore();
        _similarityState?.Best.Restore();
        Refresh();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _state.Dispose();
        _similarityState?.Dispose();
    }
}

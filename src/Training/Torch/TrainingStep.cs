using Linr.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Linr.Training.Torch;

/// <summary>
/// One step of Adam on the sampled softmax of a batch, with the two losses that teach the features alone: the content
/// loss and the views loss.
/// </summary>
internal sealed class TrainingStep(TwoTowerModel model, StepItems items, Adam adam, TrainingOptions options)
{
    private const double Excluded = -1e9;

    private readonly bool _hasContentLoss = options.ContentWeight > 0 && model.HasFeatures;
    private readonly bool _hasViewsLoss = options.ViewsWeight > 0 && model.HasFeatures;
    private readonly ItemViews _views = new(model.HasId.Length, options.Views);

    /// <summary>
    /// Embeddings of the items of the last forward pass, in the order of <see cref="StepItems.Rows"/>; valid within the
    /// step's dispose scope.
    /// </summary>
    public Tensor? Embedded { get; private set; }

    /// <summary>Draws candidates, moves the weights, returns the mean loss.</summary>
    /// <exception cref="InvalidOperationException">The loss is not finite: the learning rate is too high.</exception>
    public float Run(ExampleBatch batch, SplitMix random)
    {
        using DisposeScope scope = NewDisposeScope();
        items.Draw(batch, random);
        Dictionary<string, Tensor> parameters = model.Parameters(training: true);
        Tensor loss = Forward(batch, parameters, random).Loss;
        float mean = loss.item<float>();
        if (!float.IsFinite(mean))
        {
            throw new InvalidOperationException(
                $"The loss became {mean} at step {adam.StepCount + 1}: train with a lower learning rate.");
        }

        loss.backward();
        Update(parameters);
        return mean;
    }

    /// <summary>Moves the weights against their gradients, and the rows of tables that the step read.</summary>
    public void Update(Dictionary<string, Tensor> parameters)
    {
        using IDisposable quiet = no_grad();
        adam.Begin();
        adam.Update(model.Weights, parameters);
        foreach (TouchedRows touched in model.Touched)
        {
            adam.Update(touched);
        }
    }

    /// <summary>The loss of a batch whose candidates are drawn, with gradients.</summary>
    /// <returns>The loss, and the embeddings of queries and candidates that it is of.</returns>
    public (Tensor Loss, Tensor Queries, Tensor Candidates) Forward(
        ExampleBatch batch, Dictionary<string, Tensor> parameters, SplitMix random)
    {
        Device device = model.Weights.Device;
        AddItems(random);
        Tensor embedded = model.EmbedItems(parameters, training: true);
        Embedded = embedded;
        Tensor history = embedded.index_select(0, tensor(items.Histories, device: device));
        Tensor queries = model.EmbedQueries(
            batch.Queries, history, parameters, () => random.NextDouble() < options.IdDropout);
        Tensor logTemperature = parameters[WeightShapes.LogTemperature];
        Tensor temperature = options.LearnTemperature ? logTemperature.exp() : logTemperature.detach().exp();
        Tensor scaled = queries / temperature;
        Tensor candidates = embedded.narrow(0, 0, items.CandidateCount);
        Tensor losses = Choice(scaled, candidates, items.Corrections());
        if (_hasContentLoss)
        {
            Tensor targets = embedded.narrow(0, items.Rows.Count, items.TargetCount);
            losses = losses.Plus(Choice(scaled, targets, items.ContentCorrections()).Times(options.ContentWeight));
        }

        Tensor loss = Mean(losses, batch);
        loss = _hasViewsLoss ? loss.Plus(ViewsLoss(embedded).Times(options.ViewsWeight)) : loss;
        return (loss, queries, candidates);
    }

    // All items of the step; behind them the targets without ids; behind those the two views.
    private void AddItems(SplitMix random)
    {
        model.BeginItems();
        foreach (int row in items.Rows)
        {
            model.AddItem(row);
        }

        for (int target = 0; _hasContentLoss && target < items.TargetCount; target++)
        {
            model.AddContent(items.Rows[target]);
        }

        if (_hasViewsLoss)
        {
            _views.AddTo(model, random);
        }
    }

    // How unlikely each example's target was among the candidates: [batch].
    private Tensor Choice(Tensor queries, Tensor candidates, float[] corrections)
    {
        // Batch * candidates floats are the largest tensor of a step: nothing here copies them.
        Tensor logits = matmul(queries, candidates.t())
            .PlusInPlace(tensor(corrections, device: queries.device), -1);
        long[] seen = items.SeenPairs(corrections.Length);
        if (seen.Length > 0)
        {
            logits.view(-1).FillInPlace(tensor(seen, device: queries.device), Excluded);
        }

        return nn.functional.cross_entropy(
            logits, tensor(items.Targets, device: queries.device), reduction: nn.Reduction.None);
    }

    private Tensor ViewsLoss(Tensor embedded)
    {
        Tensor one = embedded.narrow(0, embedded.shape[0] - (2 * _views.Count), _views.Count);
        Tensor other = embedded.narrow(0, embedded.shape[0] - _views.Count, _views.Count);
        long[] own = [.. Enumerable.Range(0, _views.Count)];
        Tensor logits = matmul(one.Times(1 / options.ViewsTemperature), other.t());
        return nn.functional.cross_entropy(logits, tensor(own, device: embedded.device));
    }

    private Tensor Mean(Tensor losses, ExampleBatch batch)
    {
        if (!options.UseWeights)
        {
            return losses.mean();
        }

        Tensor weights = tensor(batch.Weights.AsSpan(0, batch.Count).ToArray(), device: losses.device);
        return (losses * weights).sum() / weights.sum();
    }
}

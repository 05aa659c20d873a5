using Linr.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Linr.Training.Torch;

/// <summary>One step of Adam on the sampled softmax of a batch.</summary>
internal sealed class TrainingStep(TwoTowerModel model, StepItems items, Adam adam, TrainingOptions options)
{
    private const double Excluded = -1e9;

    /// <summary>Draws candidates, moves the weights, returns the mean loss.</summary>
    /// <exception cref="InvalidOperationException">The loss is not finite: the learning rate is too high.</exception>
    public float Run(ExampleBatch batch, SplitMix random)
    {
        using DisposeScope scope = NewDisposeScope();
        items.Draw(batch, random);
        Dictionary<string, Tensor> parameters = model.Parameters(training: true);
        Tensor loss = Loss(batch, parameters, () => random.NextDouble() < options.IdDropout);
        float mean = loss.item<float>();
        if (!float.IsFinite(mean))
        {
            throw new InvalidOperationException(
                $"The loss became {mean} at step {adam.StepCount + 1}: train with a lower learning rate.");
        }

        loss.backward();
        using IDisposable quiet = no_grad();
        adam.Begin();
        foreach ((string name, Tensor parameter) in parameters)
        {
            if (parameter.grad is { } gradient)
            {
                adam.Update(model.Weights[name], gradient);
            }
        }

        foreach (TouchedRows touched in model.Touched)
        {
            adam.Update(touched);
        }

        return mean;
    }

    private Tensor Loss(ExampleBatch batch, Dictionary<string, Tensor> parameters, Func<bool> idDropout)
    {
        Device device = model.Weights.Device;
        Tensor embedded = model.EmbedItems(items.Rows, parameters, idDropout);
        Tensor history = embedded.index_select(0, tensor(items.Histories, device: device));
        Tensor queries = model.EmbedQueries(
            batch.Users.AsSpan(0, batch.Count),
            batch.Histories.AsSpan(0, batch.Count * options.HistoryLength),
            history,
            parameters,
            idDropout);
        Tensor candidates = embedded.narrow(0, 0, items.CandidateCount);
        Tensor logTemperature = parameters[WeightShapes.LogTemperature];
        Tensor temperature = options.LearnTemperature ? logTemperature.exp() : logTemperature.detach().exp();

        // Batch * candidates floats are the largest tensor of a step: nothing here copies them.
        Tensor logits = matmul(queries / temperature, candidates.t()).sub_(tensor(items.Corrections(), device: device));
        long[] seen = items.SeenPairs;
        if (seen.Length > 0)
        {
            logits.view(-1).FillInPlace(tensor(seen, device: device), Excluded);
        }

        Tensor losses = nn.functional.cross_entropy(
            logits, tensor(items.Targets, device: device), reduction: nn.Reduction.None);
        if (!options.UseWeights)
        {
            return losses.mean();
        }

        Tensor weights = tensor(batch.Weights.AsSpan(0, batch.Count).ToArray(), device: device);
        return (losses * weights).sum() / weights.sum();
    }
}

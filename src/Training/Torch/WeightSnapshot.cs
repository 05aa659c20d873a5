using TorchSharp;

namespace Linr.Training.Torch;

/// <summary>A copy of all weights: those of the best epoch so far.</summary>
internal sealed class WeightSnapshot(WeightSet weights) : IDisposable
{
    private readonly Dictionary<string, torch.Tensor> _values = weights.All.ToDictionary(
        weight => weight.Name, weight => weight.Value.clone().DetachFromDisposeScope());

    /// <summary>The copies by name.</summary>
    public IReadOnlyDictionary<string, torch.Tensor> Values => _values;

    /// <summary>Copies the weights again.</summary>
    public void Take()
    {
        foreach (Weight weight in weights.All)
        {
            _values[weight.Name].copy_(weight.Value);
        }
    }

    /// <summary>Puts the copies back into the weights.</summary>
    public void Restore()
    {
        foreach (Weight weight in weights.All)
        {
            weight.Value.copy_(_values[weight.Name]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (torch.Tensor value in _values.Values)
        {
            value.Dispose();
        }
    }
}

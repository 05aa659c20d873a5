using TorchSharp;

namespace Linr.Training.Torch;

/// <summary>All learned tensors of a model by name.</summary>
internal sealed class WeightSet(torch.Device device) : IDisposable
{
    private readonly Dictionary<string, Weight> _weights = [];

    /// <summary>Where the tensors are.</summary>
    public torch.Device Device { get; } = device;

    /// <summary>The tensors in the order in which they were added.</summary>
    public IReadOnlyCollection<Weight> All => _weights.Values;

    /// <summary>The tensor of that name.</summary>
    public Weight this[string name] => _weights[name];

    /// <summary>Adds a tensor; the set owns it.</summary>
    public void Add(string name, torch.Tensor value, bool isTable)
        => _weights.Add(name, new Weight(name, value.to(Device), isTable));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Weight weight in _weights.Values)
        {
            weight.Dispose();
        }

        _weights.Clear();
    }
}

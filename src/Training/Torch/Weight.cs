using TorchSharp;

namespace Linr.Training.Torch;

/// <summary>
/// One tensor that is learned, with Adam's two moments. A table is one of which a step touches few rows: only these
/// get a gradient and an update.
/// </summary>
internal sealed class Weight : IDisposable
{
    /// <summary>Takes over <paramref name="value"/>.</summary>
    public Weight(string name, torch.Tensor value, bool isTable)
    {
        Name = name;
        IsTable = isTable;
        Value = value.DetachFromDisposeScope();
        Mean = torch.zeros_like(value).DetachFromDisposeScope();
        Square = torch.zeros_like(value).DetachFromDisposeScope();
    }

    /// <summary>Its name in the model file.</summary>
    public string Name { get; }

    /// <summary>Whether updates go row by row.</summary>
    public bool IsTable { get; }

    /// <summary>The weights.</summary>
    public torch.Tensor Value { get; }

    /// <summary>Running mean of the gradient.</summary>
    public torch.Tensor Mean { get; }

    /// <summary>Running mean of the squared gradient.</summary>
    public torch.Tensor Square { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Value.Dispose();
        Mean.Dispose();
        Square.Dispose();
    }
}

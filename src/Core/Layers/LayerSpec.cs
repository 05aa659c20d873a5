using System.Collections.Immutable;

namespace Linr.Layers;

/// <summary>One layer of a tower, as the model file lists it.</summary>
/// <param name="Kind">One of <see cref="LayerKind"/>.</param>
/// <param name="Name">Its name, unique within the tower.</param>
public sealed record LayerSpec(string Kind, string Name)
{
    /// <summary>Names of the layers that it reads, which stand before it.</summary>
    public ImmutableArray<string> Inputs { get; init; } = [];

    /// <summary>The field that a source reads, or null.</summary>
    public string? Field { get; init; }

    /// <summary>Names of its tensors in the model file, by what they are for.</summary>
    public ImmutableSortedDictionary<string, string> Tensors { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Its numbers, by name.</summary>
    public ImmutableSortedDictionary<string, double> Numbers { get; init; } =
        ImmutableSortedDictionary<string, double>.Empty;

    /// <summary>The number of that name, or <paramref name="otherwise"/> where the layer has none.</summary>
    public double Number(string name, double otherwise) => Numbers.GetValueOrDefault(name, otherwise);
}

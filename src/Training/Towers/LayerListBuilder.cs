using System.Collections.Immutable;
using Linr.Layers;

namespace Linr.Training.Towers;

/// <summary>Gathers the layers of one tower and names their tensors.</summary>
internal sealed class LayerListBuilder(string tower)
{
    private readonly ImmutableArray<LayerSpec>.Builder _layers = ImmutableArray.CreateBuilder<LayerSpec>();

    /// <summary>Adds a layer and returns its name.</summary>
    public string Add(
        string kind,
        string name,
        ImmutableArray<string> inputs,
        IEnumerable<string> tensors,
        string? field = null,
        Dictionary<string, double>? numbers = null)
    {
        _layers.Add(new LayerSpec(kind, name)
        {
            Inputs = inputs,
            Field = field,
            Tensors = tensors.ToImmutableSortedDictionary(
                role => role, role => $"towers/{tower}/{name}/{role}", StringComparer.Ordinal),
            Numbers = (numbers ?? []).ToImmutableSortedDictionary(StringComparer.Ordinal),
        });
        return name;
    }

    /// <summary>Adds a layer that reads a tensor which other towers read too, and returns its name.</summary>
    public string AddShared(string kind, string name, ImmutableArray<string> inputs, string role, string tensor)
    {
        _layers.Add(new LayerSpec(kind, name)
        {
            Inputs = inputs,
            Tensors = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add(role, tensor),
        });
        return name;
    }

    /// <summary>The layers in the order in which they were added.</summary>
    public ImmutableArray<LayerSpec> ToImmutable() => _layers.ToImmutable();
}

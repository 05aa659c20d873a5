using System.Collections.Immutable;
using System.Text.Json;

namespace Linr.Layers;

/// <summary>
/// The towers of a model, as the metadata entry <c>linr.layers</c> of its file lists them. A file never says more than
/// this version understands: an unknown kind of layer is an error that names it.
/// </summary>
/// <param name="Towers">The towers; none for a model whose embeddings were given.</param>
public sealed record LayerList(ImmutableArray<TowerSpec> Towers)
{
    /// <summary>The metadata entry of the model file that holds the list.</summary>
    public const string MetadataKey = "linr.layers";

    /// <summary>The tower of that name that makes that embedding, or null.</summary>
    public TowerSpec? Find(string tower, string embedding)
        => Towers.FirstOrDefault(one => one.Name == tower && one.Embedding == embedding);

    /// <summary>Reads and checks a list.</summary>
    /// <exception cref="LayerException">The text is not a list of layers that this version understands.</exception>
    public static LayerList Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        ImmutableArray<TowerSpec> towers;
        try
        {
            towers = JsonSerializer.Deserialize(json, LayerJson.Default.ImmutableArrayTowerSpec);
        }
        catch (JsonException error)
        {
            throw new LayerException($"Expected a list of layers in JSON; {error.Message}", error);
        }

        var list = new LayerList(towers.IsDefault ? [] : towers);
        list.Check();
        return list;
    }

    /// <summary>The list as JSON; <see cref="Parse"/> reads it back.</summary>
    public string ToJson() => JsonSerializer.Serialize(Towers, LayerJson.Default.ImmutableArrayTowerSpec);

    /// <summary>Names of all tensors that the layers use, each once, in order of first use.</summary>
    public IEnumerable<string> TensorNames()
        => Towers.SelectMany(tower => tower.Layers).SelectMany(layer => layer.Tensors.Values).Distinct();

    /// <summary>Checks every layer of every tower.</summary>
    /// <exception cref="LayerException">
    /// A layer is of an unknown kind or lacks something; all problems are named.
    /// </exception>
    public void Check()
    {
        var problems = new List<string>();
        foreach (TowerSpec tower in Towers)
        {
            LayerCheck.Tower(tower, problems);
        }

        if (problems.Count > 0)
        {
            throw new LayerException(string.Join(Environment.NewLine, problems));
        }
    }
}

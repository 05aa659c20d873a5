using System.Collections.Immutable;

namespace Linr.Layers;

/// <summary>A tower: features to an embedding. Its output is its last layer.</summary>
/// <param name="Name"><see cref="ItemTower"/> or <see cref="QueryTower"/>.</param>
/// <param name="Embedding">The named embedding of the schema that it makes.</param>
/// <param name="Dim">The width of its output.</param>
/// <param name="Layers">Its layers, each after those it reads.</param>
public sealed record TowerSpec(string Name, string Embedding, int Dim, ImmutableArray<LayerSpec> Layers)
{
    /// <summary>The name of a tower that embeds items.</summary>
    public const string ItemTower = "item";

    /// <summary>The name of a tower that embeds queries.</summary>
    public const string QueryTower = "query";
}

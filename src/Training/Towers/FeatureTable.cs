using Linr.Engine.Towers;
using Linr.Layers;

namespace Linr.Training.Towers;

/// <summary>The encoded features of all rows of a tower, by source layer: 4 bytes a code, computed once.</summary>
internal sealed class FeatureTable
{
    private readonly Dictionary<string, SourceRows> _rows = [];

    /// <summary>
    /// Encodes the fields of every row for each source layer of <paramref name="tower"/> that reads one.
    /// </summary>
    /// <param name="tower">The tower.</param>
    /// <param name="sources">The layers' encoders, by layer name.</param>
    /// <param name="fields">The fields of each row in row order.</param>
    public FeatureTable(
        TowerSpec tower,
        IReadOnlyDictionary<string, SourceEncoder> sources,
        IEnumerable<IReadOnlyDictionary<string, IReadOnlyList<Value>>> fields)
    {
        LayerSpec[] layers = [.. tower.Layers.Where(layer => layer.Field is not null)];
        foreach (LayerSpec layer in layers)
        {
            _rows.Add(layer.Name, new SourceRows());
        }

        if (layers.Length == 0)
        {
            return;
        }

        foreach (IReadOnlyDictionary<string, IReadOnlyList<Value>> row in fields)
        {
            foreach (LayerSpec layer in layers)
            {
                sources[layer.Name].Append(row, _rows[layer.Name]);
            }
        }
    }

    /// <summary>The rows of a source layer.</summary>
    public SourceRows this[string layer] => _rows[layer];
}

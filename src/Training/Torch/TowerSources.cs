using Linr.Layers;
using Linr.Training.Towers;
using static TorchSharp.torch;

namespace Linr.Training.Torch;

/// <summary>What the source layers of one tower give for the rows of one step. Reused step after step.</summary>
internal sealed class TowerSources
{
    private readonly FeatureTable _features;
    private readonly Device _device;
    private readonly Dictionary<string, TouchedRows> _touched = [];
    private readonly Dictionary<string, List<float>> _numbers = [];

    /// <summary>The sources of <paramref name="tower"/>.</summary>
    public TowerSources(TowerSpec tower, FeatureTable features, WeightSet weights)
    {
        _features = features;
        _device = weights.Device;
        foreach (LayerSpec layer in tower.Layers)
        {
            if (layer.Kind is LayerKind.KeywordBag or LayerKind.TextBag
                or LayerKind.IdEmbedding or LayerKind.HistoryIdEmbedding)
            {
                _touched.Add(layer.Name, new TouchedRows(weights[layer.Tensors["weight"]]));
            }
            else if (layer.Kind == LayerKind.Number)
            {
                _numbers.Add(layer.Name, []);
            }
        }
    }

    /// <summary>The tables that the step reads.</summary>
    public IEnumerable<TouchedRows> Touched => _touched.Values;

    /// <summary>Forgets the last step.</summary>
    public void Begin()
    {
        foreach (TouchedRows rows in _touched.Values)
        {
            rows.Begin();
        }

        foreach (List<float> numbers in _numbers.Values)
        {
            numbers.Clear();
        }
    }

    /// <summary>Adds a row's features, or those codes and numbers of it that <paramref name="keeps"/> draws.</summary>
    public void AddFeatures(int row, Func<bool>? keeps = null)
    {
        foreach ((string layer, TouchedRows touched) in _touched)
        {
            if (layer is TowerDesign.ItemId or TowerDesign.HistoryId)
            {
                continue;
            }

            touched.BeginBag();
            foreach (int code in _features[layer].Bags[row])
            {
                if (keeps is null || keeps())
                {
                    touched.Add(code);
                }
            }
        }

        foreach ((string layer, List<float> numbers) in _numbers)
        {
            if (keeps is null || keeps())
            {
                numbers.AddRange(_features[layer].Numbers.Slice(
                    row * Engine.Towers.NumberEncoder.Width, Engine.Towers.NumberEncoder.Width));
            }
            else
            {
                numbers.AddRange(new float[Engine.Towers.NumberEncoder.Width]);
            }
        }
    }

    /// <summary>Adds a bag to an id embedding: the item of that row, or none where it is negative.</summary>
    public void AddId(string layer, int row)
    {
        TouchedRows touched = _touched[layer];
        touched.BeginBag();
        if (row >= 0)
        {
            touched.Add(row);
        }
    }

    /// <summary>The outputs of the source layers by name.</summary>
    public Dictionary<string, Tensor> ToTensors()
    {
        var tensors = new Dictionary<string, Tensor>();
        foreach ((string layer, TouchedRows touched) in _touched)
        {
            tensors.Add(layer, touched.Mean());
        }

        foreach ((string layer, List<float> numbers) in _numbers)
        {
            tensors.Add(layer, tensor(numbers.ToArray(), device: _device).view(-1, Engine.Towers.NumberEncoder.Width));
        }

        return tensors;
    }
}

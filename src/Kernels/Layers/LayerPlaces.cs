namespace Linr.Kernels.Layers;

/// <summary>
/// Where each layer's output stands in the memory of a tile. What is read by one layer alone stands where that layer
/// can take it without a copy: in its columns of a concat, or where a layer that works in place leaves its own output.
/// </summary>
internal sealed class LayerPlaces
{
    private readonly CudaLayerStep.View?[] _views;
    private readonly IReadOnlyList<CudaLayer> _layers;
    private readonly int[] _readers;
    private readonly int _placesMax;

    /// <summary>Finds the places.</summary>
    /// <param name="layers">The layers.</param>
    /// <param name="placesMax">Rows of a sequence at most.</param>
    public LayerPlaces(IReadOnlyList<CudaLayer> layers, int placesMax)
    {
        _layers = layers;
        _placesMax = placesMax;
        _views = new CudaLayerStep.View?[layers.Count];
        _readers = new int[layers.Count];
        foreach (int input in layers.SelectMany(layer => layer.Inputs))
        {
            _readers[input]++;
        }

        for (int layer = layers.Count - 1; layer >= 0; layer--)
        {
            CudaLayerStep.View view = _views[layer] ??= Add(layers[layer].Width, layers[layer].IsSequence);
            Share(layers[layer], view);
        }
    }

    /// <summary>Floats that a sample needs.</summary>
    public uint SampleFloats { get; private set; }

    /// <summary>Where a layer's output stands.</summary>
    public CudaLayerStep.View this[int layer] => _views[layer]!.Value;

    /// <summary>Whether one layer alone reads this one, once.</summary>
    public bool HasOneReader(int layer) => _readers[layer] == 1;

    /// <summary>Room for so many floats a row.</summary>
    public CudaLayerStep.View Add(int width, bool isSequence)
    {
        uint offset = SampleFloats;
        SampleFloats = checked(offset + (uint)((long)width * (isSequence ? _placesMax : 1)));
        return new CudaLayerStep.View(offset, 0, (uint)width);
    }

    private void Share(CudaLayer layer, CudaLayerStep.View view)
    {
        if (layer.IsInPlace && HasOneReader(layer.Inputs[0]))
        {
            _views[layer.Inputs[0]] = view;
        }

        if (layer.Op != LayerOp.Concat)
        {
            return;
        }

        foreach (int input in layer.Inputs)
        {
            if (HasOneReader(input))
            {
                _views[input] = view;
            }

            view = view with { Column = view.Column + (uint)_layers[input].Width };
        }
    }
}

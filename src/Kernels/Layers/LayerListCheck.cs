namespace Linr.Kernels.Layers;

/// <summary>Checks a list of layers at the door.</summary>
internal static class LayerListCheck
{
    /// <summary>Refuses a list whose shapes do not fit each other.</summary>
    /// <exception cref="ArgumentException">The message names the layer by its place.</exception>
    public static void ThrowIfInvalid(IReadOnlyList<CudaLayer> layers, int placesMax)
    {
        ArgumentOutOfRangeException.ThrowIfZero(layers.Count, nameof(layers));
        ArgumentOutOfRangeException.ThrowIfNegative(placesMax);
        for (int place = 0; place < layers.Count; place++)
        {
            CudaLayer layer = layers[place];
            if (!IsValid(layer, place, layers) || (layer.IsSequence && placesMax == 0))
            {
                throw new ArgumentException(
                    $"Layer {place}, {layer.Op} of width {layer.Width}: its inputs ({string.Join(", ", layer.Inputs)}), "
                    + $"weight of {layer.Weight.Length} or bias of {layer.Bias.Length} do not fit.",
                    nameof(layers));
            }
        }

        if (layers[^1].IsSequence)
        {
            throw new ArgumentException("Expected a last layer with a row a sample.", nameof(layers));
        }
    }

    private static bool IsValid(CudaLayer layer, int place, IReadOnlyList<CudaLayer> layers)
    {
        bool isSource = layer.Op is LayerOp.Values or LayerOp.Bag;
        if (layer.Width < 1 || layer.Inputs.IsEmpty != isSource || layer.Inputs.Any(input => input < 0 || input >= place))
        {
            return false;
        }

        CudaLayer[] inputs = [.. layer.Inputs.Select(input => layers[input])];
        bool takesMany = layer.Op is LayerOp.Concat or LayerOp.Add;
        bool readsSequence = layer.IsSequence || layer.Op is LayerOp.AttentionPool or LayerOp.Latest;
        return (isSource || takesMany || inputs.Length == (layer.Op == LayerOp.CausalAttention ? 3 : 1))
            && (layer.Op == LayerOp.CausalAttention
                ? inputs[0].IsSequence == layer.IsSequence && inputs[1].IsSequence && inputs[2].IsSequence
                : inputs.All(input => input.IsSequence == readsSequence))
            && IsRightlyWide(layer, inputs)
            && HasItsTensors(layer, inputs);
    }

    private static bool IsRightlyWide(CudaLayer layer, CudaLayer[] inputs) => layer.Op switch
    {
        LayerOp.Concat => layer.Width == inputs.Sum(input => (long)input.Width),
        LayerOp.AttentionPool => layer.Width % inputs[0].Width == 0 && !layer.IsSequence,
        LayerOp.CausalAttention => layer.Number >= 1 && layer.Number == Math.Floor(layer.Number)
            && inputs[0].Width == inputs[1].Width && inputs[0].Width % layer.Number == 0
            && inputs[2].Width == layer.Width && layer.Width % layer.Number == 0,
        LayerOp.Latest => layer.Width == inputs[0].Width && !layer.IsSequence,
        LayerOp.Values or LayerOp.Bag or LayerOp.Linear => true,
        _ => inputs.All(input => input.Width == layer.Width),
    };

    private static bool HasItsTensors(CudaLayer layer, CudaLayer[] inputs)
    {
        (long weight, long bias) = (layer.Weight.Length, layer.Bias.Length);
        return layer.Op switch
        {
            LayerOp.Bag or LayerOp.Position => weight > 0 && weight % layer.Width == 0 && bias == 0,
            LayerOp.Linear => weight == (long)layer.Width * inputs[0].Width && (bias == 0 || bias == layer.Width),
            LayerOp.LayerNorm => weight == layer.Width && bias == layer.Width,
            LayerOp.AttentionPool => weight == layer.Width && bias == 0,
            LayerOp.CausalAttention => weight == 0 && bias % layer.Number == 0,
            _ => weight == 0 && bias == 0,
        };
    }
}

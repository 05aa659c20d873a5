namespace Linr.Kernels.Layers;

/// <summary>
/// The steps of a list of layers: those that would only move data are left out, and a function of each value after a
/// linear layer is part of that layer's step.
/// </summary>
internal sealed class LayerSteps
{
    private readonly IReadOnlyList<CudaLayer> _layers;
    private readonly LayerPlaces _places;
    private readonly List<CudaLayerStep> _steps = [];

    /// <summary>Plans the steps.</summary>
    /// <param name="layers">The layers.</param>
    /// <param name="placesMax">Rows of a sequence at most.</param>
    /// <param name="weights">The device addresses of each layer's weight and bias; 0 for none.</param>
    public LayerSteps(IReadOnlyList<CudaLayer> layers, int placesMax, (ulong Weight, ulong Bias)[] weights)
    {
        _layers = layers;
        _places = new LayerPlaces(layers, placesMax);
        for (int place = 0; place < layers.Count; place++)
        {
            CudaLayer layer = layers[place];
            if (layer.Op is LayerOp.Values or LayerOp.Bag)
            {
                SourceOf.Add(place, SourceOf.Count);
            }

            if (!Fuses(layer))
            {
                Append(layer, place, weights[place]);
            }
        }

        _steps.Add(new CudaLayerStep { Width = (uint)layers[^1].Width, Output = _places[layers.Count - 1] });
    }

    /// <summary>The steps in order, and one more that only says where they leave the list's output.</summary>
    public ReadOnlySpan<CudaLayerStep> Steps => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_steps);

    /// <summary>Floats of activations a sample.</summary>
    public uint SampleFloats => _places.SampleFloats;

    /// <summary>The number of each source, by its layer.</summary>
    public Dictionary<int, int> SourceOf { get; } = [];

    private void Append(CudaLayer layer, int place, (ulong Weight, ulong Bias) weights)
    {
        CudaLayerStep step = new()
        {
            Weight = weights.Weight,
            Bias = weights.Bias,
            Op = layer.Op,
            Curve = LayerOp.Linear,
            Width = (uint)layer.Width,
            IsSequence = layer.IsSequence ? 1u : 0,
            Output = _places[place],
        };
        switch (layer.Op)
        {
            case LayerOp.Values or LayerOp.Bag:
                step.Source = (uint)SourceOf[place];
                break;
            case LayerOp.Concat:
                AppendConcat(layer, step);
                return;
            case LayerOp.Linear:
                Reads(ref step, layer.Inputs[0]);
                Fuse(ref step, place);
                break;
            case LayerOp.AttentionPool:
                Reads(ref step, layer.Inputs[0]);
                step.Count = (uint)(layer.Width / _layers[layer.Inputs[0]].Width);
                step.Factor = 1 / MathF.Sqrt(step.InWidth);
                step.Shares = _places.Add((int)step.Count, isSequence: true);
                break;
            case LayerOp.CausalAttention:
                ReadsAttention(ref step, layer);
                break;
            case LayerOp.Latest:
                Reads(ref step, layer.Inputs[0]);
                break;
            default:
                AppendInPlace(layer, step);
                return;
        }

        _steps.Add(step);
    }

    private void AppendInPlace(CudaLayer layer, CudaLayerStep step)
    {
        Copy(step, layer.Inputs[0], step.Output);
        step.Factor = (float)layer.Number;
        step.Epsilon = layer.Number;
        step.Count = layer.Op == LayerOp.Position ? (uint)(layer.Weight.Length / layer.Width) : 0;
        if (layer.Op != LayerOp.Add)
        {
            _steps.Add(step);
            return;
        }

        foreach (int other in layer.Inputs.AsSpan()[1..])
        {
            Reads(ref step, other);
            _steps.Add(step);
        }
    }

    private void AppendConcat(CudaLayer layer, CudaLayerStep step)
    {
        CudaLayerStep.View columns = step.Output;
        foreach (int input in layer.Inputs)
        {
            Copy(step, input, columns);
            columns = columns with { Column = columns.Column + (uint)_layers[input].Width };
        }
    }

    // Nothing where the input stands there already.
    private void Copy(CudaLayerStep step, int input, CudaLayerStep.View to)
    {
        if (_places[input] != to)
        {
            Reads(ref step, input);
            step.Op = LayerOp.Concat;
            step.Output = to;
            _steps.Add(step);
        }
    }

    private void ReadsAttention(ref CudaLayerStep step, CudaLayer layer)
    {
        Reads(ref step, layer.Inputs[0]);
        step.Key = _places[layer.Inputs[1]];
        step.Value = _places[layer.Inputs[2]];
        step.Count = (uint)layer.Number;
        step.Distances = (uint)(layer.Bias.Length / layer.Number);
        step.Factor = 1 / MathF.Sqrt(step.InWidth / step.Count);
        step.Shares = _places.Add(LayerListCuda.Threads / LayerListCuda.WarpThreads, isSequence: true);
    }

    private void Reads(ref CudaLayerStep step, int input)
    {
        step.Input = _places[input];
        step.InWidth = (uint)_layers[input].Width;
    }

    private bool Fuses(CudaLayer layer)
        => layer.IsCurve && _layers[layer.Inputs[0]].Op == LayerOp.Linear && _places.HasOneReader(layer.Inputs[0]);

    private void Fuse(ref CudaLayerStep step, int linear)
    {
        foreach (CudaLayer layer in _layers.Where(layer => layer.Inputs.Contains(linear) && Fuses(layer)))
        {
            step.Curve = layer.Op;
            step.Factor = (float)layer.Number;
        }
    }
}

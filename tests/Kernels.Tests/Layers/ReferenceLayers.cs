using Linr.Kernels.Layers;

namespace Linr.Kernels.Tests.Layers;

/// <summary>A list of layers by the references of its ops.</summary>
internal sealed class ReferenceLayers(TestLayers list, int[] starts, int samples, float[]? values)
{
    private readonly float[][] _outputs = new float[list.Layers.Count][];

    public float[] Run()
    {
        for (int place = 0; place < _outputs.Length; place++)
        {
            CudaLayer layer = list.Layers[place];
            _outputs[place] = new float[Rows(layer) * layer.Width];
            Run(layer, place, _outputs[place]);
        }

        return _outputs[^1];
    }

    private int Rows(CudaLayer layer) => layer.IsSequence ? starts[samples] : samples;

    private void Run(CudaLayer layer, int place, float[] output)
    {
        float[] input = layer.Inputs.IsEmpty ? [] : _outputs[layer.Inputs[0]];
        switch (layer.Op)
        {
            case LayerOp.Values:
                (values ?? list.Rows(place, 0, Rows(layer))).CopyTo(output, 0);
                break;
            case LayerOp.Bag:
                (int[] codes, int[] bagStarts) = list.Bags(place, 0, Rows(layer));
                EmbeddingBag.Reference(codes, bagStarts, layer.Weight, layer.Width, output);
                break;
            case LayerOp.Linear:
                Linear.Reference(input, layer.Weight.Span, layer.Bias.Span, layer.Width, output);
                break;
            case LayerOp.AttentionPool:
                int width = list.Layers[layer.Inputs[0]].Width;
                AttentionPool.Reference(input, starts.AsSpan(0, samples + 1), layer.Weight.Span, width, output);
                break;
            case LayerOp.CausalAttention:
                CausalAttention.Reference(
                    new AttentionRows
                    {
                        Queries = input,
                        Keys = _outputs[layer.Inputs[1]],
                        Values = _outputs[layer.Inputs[2]],
                        KeyWidth = list.Layers[layer.Inputs[1]].Width,
                        ValueWidth = layer.Width,
                        IsLatest = !layer.IsSequence,
                    },
                    starts.AsSpan(0, samples + 1), (int)layer.Number, layer.Bias.Span, output);
                break;
            case LayerOp.Latest:
                Latest(layer, input, output);
                break;
            case LayerOp.Concat:
                Concat(layer, output);
                break;
            default:
                input.CopyTo(output, 0);
                RunInPlace(layer, output);
                break;
        }
    }

    private void RunInPlace(CudaLayer layer, float[] output)
    {
        switch (layer.Op)
        {
            case LayerOp.LayerNorm:
                LayerNorm.Reference(output, layer.Weight.Span, layer.Bias.Span, layer.Number);
                break;
            case LayerOp.L2Normalise:
                L2Normalise.Reference(output, layer.Width);
                break;
            case LayerOp.Add:
                foreach (int other in layer.Inputs.Skip(1))
                {
                    Each(output, (place, value) => value + _outputs[other][place]);
                }

                break;
            case LayerOp.Position:
                Each(output, (place, value) => value + layer.Weight[PositionOf(place / layer.Width, layer) + (place % layer.Width)]);
                break;
            default:
                Each(output, (_, value) => Curve(layer, value));
                break;
        }
    }

    private long PositionOf(int row, CudaLayer layer)
    {
        int start = starts.Where(start => start <= row).Max();
        return Math.Min(row - start, (layer.Weight.Length / layer.Width) - 1) * layer.Width;
    }

    private void Latest(CudaLayer layer, float[] input, float[] output)
    {
        for (int sample = 0; sample < samples; sample++)
        {
            if (starts[sample + 1] > starts[sample])
            {
                Array.Copy(input, starts[sample] * layer.Width, output, sample * layer.Width, layer.Width);
            }
        }
    }

    private void Concat(CudaLayer layer, float[] output)
    {
        int column = 0;
        foreach (int input in layer.Inputs)
        {
            int width = list.Layers[input].Width;
            for (int place = 0; place < _outputs[input].Length; place++)
            {
                output[(place / width * layer.Width) + column + (place % width)] = _outputs[input][place];
            }

            column += width;
        }
    }

    private static float Curve(CudaLayer layer, float value) => layer.Op switch
    {
        LayerOp.Relu => Activation.ReluReference(value),
        LayerOp.Gelu => Activation.GeluReference(value),
        LayerOp.Silu => Activation.SiluReference(value),
        LayerOp.Tanh => Activation.TanhReference(value),
        _ => value * (float)layer.Number,
    };

    private static void Each(float[] values, Func<int, float, float> change)
    {
        for (int place = 0; place < values.Length; place++)
        {
            values[place] = change(place, values[place]);
        }
    }
}

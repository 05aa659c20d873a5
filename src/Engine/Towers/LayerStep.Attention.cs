using Linr.Kernels.Layers;
using Linr.Layers;
using Linr.Memory;

namespace Linr.Engine.Towers;

/// <content>Attention within a sequence, and its latest row.</content>
internal sealed partial class LayerStep
{
    private int Heads => (int)_layer.Numbers["heads"];

    private static LayerStep CreateAttention(
        LayerSpec layer, int place, LayerStep[] inputs, TowerWeights weights)
    {
        (LayerStep queries, LayerStep keys, LayerStep values) = (inputs[0], inputs[1], inputs[2]);
        ThrowIfNotSequence(layer, keys.IsSequence && values.IsSequence);
        ThrowIfNot(layer, queries._layer.Name, queries.Width, keys.Width);
        int heads = Whole(layer, "heads", Math.Min(keys.Width, values.Width));
        if (keys.Width % heads != 0 || values.Width % heads != 0)
        {
            throw new LayerException(
                $"Layer \"{layer.Name}\": expected keys and values of widths that its {heads} heads divide; "
                + $"found {keys.Width} and {values.Width}.");
        }

        NativeSlice<float> bias = default;
        if (layer.Tensors.ContainsKey("bias"))
        {
            (bias, long[] shape) = weights.Floats(layer, "bias", 2);
            ThrowIfNot(layer, "bias", shape[0], heads);
        }

        return new LayerStep(layer, place, inputs, default, bias)
        {
            Width = values.Width,
            IsSequence = queries.IsSequence,
        };
    }

    private void Attend(TowerBatch batch, Span<float> output) => CausalAttention.Run(
        new AttentionRows
        {
            Queries = Input(batch, 0),
            Keys = Input(batch, 1),
            Values = Input(batch, 2),
            KeyWidth = _inputs[1].Width,
            ValueWidth = Width,
            IsLatest = !IsSequence,
        },
        batch.Places.Starts,
        Heads,
        _bias.Span,
        Shares(batch),
        output);

    private void TakeLatest(ReadOnlySpan<int> starts, ReadOnlySpan<float> input, Span<float> output)
    {
        output.Clear();
        for (int sample = 0; sample + 1 < starts.Length; sample++)
        {
            if (starts[sample + 1] > starts[sample])
            {
                input.Slice(starts[sample] * Width, Width).CopyTo(output[(sample * Width)..]);
            }
        }
    }
}

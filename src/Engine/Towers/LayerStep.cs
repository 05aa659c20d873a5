using System.Numerics.Tensors;
using Linr.Kernels.Layers;
using Linr.Layers;
using Linr.Memory;

namespace Linr.Engine.Towers;

/// <summary>One layer of a tower with its tensors bound and its shapes checked.</summary>
internal sealed partial class LayerStep
{
    private readonly LayerSpec _layer;
    private readonly int _place;
    private readonly LayerStep[] _inputs;
    private readonly NativeSlice<float> _weight;
    private readonly NativeSlice<float> _bias;

    private LayerStep(
        LayerSpec layer, int place, LayerStep[] inputs, NativeSlice<float> weight, NativeSlice<float> bias)
    {
        _layer = layer;
        _place = place;
        _inputs = inputs;
        _weight = weight;
        _bias = bias;
    }

    /// <summary>Floats a row of its output.</summary>
    public int Width { get; private init; }

    /// <summary>Whether its output has a row a place of the histories.</summary>
    public bool IsSequence { get; private init; }

    /// <summary>Binds a layer to its tensors.</summary>
    /// <exception cref="LayerException">
    /// A tensor is missing or does not fit, or the inputs do not fit each other.
    /// </exception>
    public static LayerStep Create(
        TowerSpec tower, LayerSpec layer, int place, LayerStep[] inputs, TowerWeights weights)
    {
        if (layer.Kind == LayerKind.CausalAttention)
        {
            return CreateAttention(layer, place, inputs, weights);
        }

        int inWidth = inputs.Sum(input => input.Width);
        bool isSequence = inputs.Length > 0 && inputs[0].IsSequence;
        if (inputs.Any(input => input.IsSequence != isSequence))
        {
            throw new LayerException($"Layer \"{layer.Name}\": some of its inputs are sequences, some are not.");
        }

        switch (layer.Kind)
        {
            case LayerKind.KeywordBag or LayerKind.TextBag or LayerKind.IdEmbedding or LayerKind.HistoryIdEmbedding:
                (NativeSlice<float> table, long[] tableShape) = weights.Floats(layer, "weight", 2);
                return Of((int)tableShape[1], layer.Kind == LayerKind.HistoryIdEmbedding, table);
            case LayerKind.Number:
                return Of(NumberEncoder.Width, false);
            case LayerKind.Embedding:
                return Of(Whole(layer, "dim", Limits.DimMax), false);
            case LayerKind.L2NormaliseParts:
                int parts = Whole(layer, "parts", inWidth);
                ThrowIfNot(layer, "parts", inWidth / parts * parts, inWidth);
                return Of(inWidth, isSequence);
            case LayerKind.HistoryEmbedding:
                return Of(tower.Dim, true);
            case LayerKind.Linear:
                (NativeSlice<float> weight, long[] shape) = weights.Floats(layer, "weight", 2);
                ThrowIfNot(layer, "weight", shape[1], inWidth);
                return Of((int)shape[0], isSequence, weight, Vector(layer, "bias", (int)shape[0], weights));
            case LayerKind.LayerNorm:
                return Of(
                    inWidth,
                    isSequence,
                    Vector(layer, "weight", inWidth, weights),
                    Vector(layer, "bias", inWidth, weights));
            case LayerKind.ClosestCentroid:
                (NativeSlice<float> centroids, long[] centroidsShape) = weights.Floats(layer, "weight", 2);
                ThrowIfNot(layer, "weight", centroidsShape[1], inWidth);
                return centroidsShape[0] > 0
                    ? Of(inWidth, isSequence, centroids)
                    : throw new LayerException($"Layer \"{layer.Name}\": expected a centroid or more; found none.");
            case LayerKind.OrElse:
                return Of(inWidth, isSequence, Vector(layer, "weight", inWidth, weights));
            case LayerKind.Position:
                ThrowIfNotSequence(layer, isSequence);
                (NativeSlice<float> places, long[] placesShape) = weights.Floats(layer, "weight", 2);
                ThrowIfNot(layer, "weight", placesShape[1], inWidth);
                return Of(inWidth, true, places);
            case LayerKind.AttentionPool:
                ThrowIfNotSequence(layer, isSequence);
                (NativeSlice<float> query, long[] queryShape) = weights.Floats(layer, "query", 2);
                ThrowIfNot(layer, "query", queryShape[1], inWidth);
                return Of((int)queryShape[0] * inWidth, false, query);
            case LayerKind.Latest:
                ThrowIfNotSequence(layer, isSequence);
                return Of(inWidth, false);
            case LayerKind.Add:
                foreach (LayerStep input in inputs)
                {
                    ThrowIfNot(layer, input._layer.Name, input.Width, inputs[0].Width);
                }

                return Of(inputs[0].Width, isSequence);
            default:
                return Of(inWidth, isSequence);
        }

        LayerStep Of(int width, bool sequence, NativeSlice<float> weight = default, NativeSlice<float> bias = default)
            => new(layer, place, inputs, weight, bias) { Width = width, IsSequence = sequence };
    }

    /// <summary>Computes the layer's output for a batch.</summary>
    public void Run(TowerBatch batch)
    {
        Span<float> output = batch.Outputs[_place].Resize(IsSequence ? batch.Places.Codes.Length : batch.Count);
        ReadOnlySpan<float> input = _inputs.Length == 0 ? default : Input(batch, 0);
        switch (_layer.Kind)
        {
            case LayerKind.KeywordBag or LayerKind.TextBag or LayerKind.IdEmbedding or LayerKind.HistoryIdEmbedding:
                CodeBags bags = batch.Sources[_layer.Name].Bags;
                EmbeddingBag.Run(bags.Codes, bags.Starts, _weight, Width, output);
                return;
            case LayerKind.Number or LayerKind.Embedding:
                batch.Sources[_layer.Name].Numbers.CopyTo(output);
                return;
            case LayerKind.HistoryEmbedding:
                batch.History.CopyTo(output);
                return;
            case LayerKind.Linear:
                Linear.Run(input, _weight.Span, _bias.Span, Width, output);
                return;
            case LayerKind.Concat:
                Concat(batch, output);
                return;
            case LayerKind.AttentionPool:
                Pool(batch, input, output);
                return;
            case LayerKind.ClosestCentroid:
                TakeCentroids(input, output);
                return;
            case LayerKind.CausalAttention:
                Attend(batch, output);
                return;
            case LayerKind.Latest:
                TakeLatest(batch.Places.Starts, input, output);
                return;
        }

        input.CopyTo(output);
        RunInPlace(batch, output);
    }

    private void RunInPlace(TowerBatch batch, Span<float> output)
    {
        switch (_layer.Kind)
        {
            case LayerKind.Relu:
                Activation.Relu(output);
                break;
            case LayerKind.Gelu:
                Activation.Gelu(output);
                break;
            case LayerKind.Silu:
                Activation.Silu(output);
                break;
            case LayerKind.Tanh:
                Activation.Tanh(output);
                break;
            case LayerKind.LayerNorm:
                LayerNorm.Run(output, _weight.Span, _bias.Span, _layer.Number("epsilon", LayerKind.DefaultEpsilon));
                break;
            case LayerKind.Scale:
                TensorPrimitives.Multiply(output, (float)_layer.Number("factor", 1), output);
                break;
            case LayerKind.L2Normalise:
                L2Normalise.Run(output, Width);
                break;
            case LayerKind.L2NormaliseParts:
                L2Normalise.Run(output, Width / (int)_layer.Numbers["parts"]);
                break;
            case LayerKind.Add:
                for (int other = 1; other < _inputs.Length; other++)
                {
                    TensorPrimitives.Add(output, Input(batch, other), output);
                }

                break;
            case LayerKind.OrElse:
                FillEmpty(output);
                break;
            case LayerKind.Position:
                AddPositions(batch.Places, output);
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"No step for a layer of kind \"{_layer.Kind}\".");
        }
    }

    private ReadOnlySpan<float> Input(TowerBatch batch, int input) => batch.Outputs[_inputs[input]._place].Values;

    private void Concat(TowerBatch batch, Span<float> output)
    {
        int start = 0;
        for (int part = 0; part < _inputs.Length; part++)
        {
            int width = _inputs[part].Width;
            ReadOnlySpan<float> values = Input(batch, part);
            for (int row = 0; row * Width < output.Length; row++)
            {
                values.Slice(row * width, width).CopyTo(output[((row * Width) + start)..]);
            }

            start += width;
        }
    }

    private void TakeCentroids(ReadOnlySpan<float> input, Span<float> output)
    {
        int rows = input.Length / Width;
        Span<int> chosen = rows <= 256 ? stackalloc int[rows] : new int[rows];
        ClosestCentroid.Run(input, _weight.Span, Width, chosen);
        for (int row = 0; row < rows; row++)
        {
            _weight.Slice((long)chosen[row] * Width, Width).Span.CopyTo(output[(row * Width)..]);
        }
    }

    private void FillEmpty(Span<float> output)
    {
        for (; !output.IsEmpty; output = output[Width..])
        {
            if (!output[..Width].ContainsAnyExcept(0f))
            {
                _weight.Span.CopyTo(output);
            }
        }
    }

    private void AddPositions(CodeBags places, Span<float> output)
    {
        int placeCount = (int)(_weight.Length / Width);
        for (int sample = 0; sample < places.Count; sample++)
        {
            int start = places.Starts[sample];
            for (int place = 0; place < places.Starts[sample + 1] - start; place++)
            {
                Span<float> row = output.Slice((start + place) * Width, Width);
                int chosen = Math.Min(place, placeCount - 1);
                TensorPrimitives.Add(row, _weight.Slice((long)chosen * Width, Width).Span, row);
            }
        }
    }

    private void Pool(TowerBatch batch, ReadOnlySpan<float> input, Span<float> output)
    {
        ReadOnlySpan<int> starts = batch.Places.Starts;
        AttentionPool.Run(input, starts, _weight.Span, _inputs[0].Width, Shares(batch), output);
    }

    private static Span<float> Shares(TowerBatch batch)
    {
        if (batch.Shares.Length < batch.Places.Codes.Length)
        {
            batch.Shares = new float[batch.Places.Codes.Length * 2];
        }

        return batch.Shares;
    }

    /// <summary>A number that is a whole one.</summary>
    private static int Whole(LayerSpec layer, string name, int most)
    {
        double number = layer.Numbers[name];
        return number >= 1 && number <= most && number == Math.Floor(number)
            ? (int)number
            : throw new LayerException($"Layer \"{layer.Name}\": expected {name} of 1 to {most}; found {number}.");
    }

    private static NativeSlice<float> Vector(LayerSpec layer, string role, int width, TowerWeights weights)
    {
        if (!layer.Tensors.ContainsKey(role))
        {
            return default;
        }

        (NativeSlice<float> data, long[] shape) = weights.Floats(layer, role, 1);
        ThrowIfNot(layer, role, shape[0], width);
        return data;
    }

    private static void ThrowIfNot(LayerSpec layer, string what, long found, long expected)
    {
        if (found != expected)
        {
            throw new LayerException($"Layer \"{layer.Name}\": expected {what} of width {expected}; found {found}.");
        }
    }

    private static void ThrowIfNotSequence(LayerSpec layer, bool isSequence)
    {
        if (!isSequence)
        {
            throw new LayerException(
                $"Layer \"{layer.Name}\": expected a sequence as its input; found a row a sample.");
        }
    }
}

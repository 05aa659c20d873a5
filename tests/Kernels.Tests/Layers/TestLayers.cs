using System.Collections.Immutable;
using Linr.Cuda;
using Linr.Kernels.Layers;
using Linr.Memory;

namespace Linr.Kernels.Tests.Layers;

/// <summary>A list of layers of random weights, and what the references make of it.</summary>
internal sealed class TestLayers(int seed, int[]? starts = null) : IDisposable
{
    private readonly Random _random = new(seed);
    private readonly List<NativeBuffer> _owned = [];
    private readonly List<CudaLayer> _layers = [];
    private readonly int[] _starts = starts ?? [];

    public IReadOnlyList<CudaLayer> Layers => _layers;

    private int PlacesMax => _starts.Length == 0
        ? 0
        : Math.Max(1, _starts.Zip(_starts.Skip(1), (start, end) => end - start).DefaultIfEmpty(0).Max());

    /// <summary>A query tower as training makes them, and a layer norm.</summary>
    public static TestLayers Tower(int seed, int[] starts)
    {
        const int dim = 16;
        const int heads = 4;
        var list = new TestLayers(seed, starts);
        int history = list.Values(dim, isSequence: true);
        int ids = list.Bag(rows: 50, dim, isSequence: true);
        int places = list.Add(LayerOp.Concat, 2 * dim, [history, ids]);
        int mixed = list.Add(LayerOp.Linear, dim, [places], list.Floats(2 * dim * dim, 0.3), list.Floats(dim));
        int placed = list.Add(LayerOp.Position, dim, [mixed], list.Floats(5 * dim));
        int pooled = list.Add(LayerOp.AttentionPool, heads * dim, [placed], list.Floats(heads * dim));
        int keywords = list.Bag(rows: 20, width: 8);
        int number = list.Values(2);
        int all = list.Add(LayerOp.Concat, (heads * dim) + 10, [pooled, keywords, number]);
        int inWidth = list.Layers[all].Width;
        int wide = list.Add(LayerOp.Linear, 40, [all], list.Floats(40 * inWidth, 0.2), list.Floats(40));
        int curved = list.Add(LayerOp.Gelu, 40, [wide]);
        int norm = list.Add(LayerOp.LayerNorm, 40, [curved], list.Floats(40), list.Floats(40), 1e-5);
        int hidden = list.Add(LayerOp.Linear, dim, [norm], list.Floats(40 * dim, 0.3), list.Floats(dim));
        int straight = list.Add(LayerOp.Linear, dim, [all], list.Floats(inWidth * dim, 0.2));
        int sum = list.Add(LayerOp.Add, dim, [hidden, straight]);
        list.Add(LayerOp.L2Normalise, dim, [sum]);
        return list;
    }

    /// <summary>
    /// A query tower with a causal transformer of two blocks, the second for the latest place alone; without hidden layers.
    /// </summary>
    public static TestLayers Transformer(int seed, int[] starts)
    {
        const int dim = 24;
        var list = new TestLayers(seed, starts);
        int current = list.Values(dim, isSequence: true);
        foreach (bool isLast in (bool[])[false, true])
        {
            int norm = list.Add(LayerOp.LayerNorm, dim, [current], list.Floats(dim), list.Floats(dim), 1e-5);
            int asking = isLast ? list.Add(LayerOp.Latest, dim, [norm]) : norm;
            current = isLast ? list.Add(LayerOp.Latest, dim, [current]) : current;
            int[] parts = [.. new int[] { asking, norm, norm }.Select(
                input => list.Add(LayerOp.Linear, dim, [input], list.Floats(dim * dim, 0.3), list.Floats(dim)))];
            int attended = list.Add(
                LayerOp.CausalAttention, dim, [.. parts], bias: list.Floats(3 * 5), number: 3);
            int branch = list.Add(LayerOp.Linear, dim, [attended], list.Floats(dim * dim, 0.3), list.Floats(dim));
            current = list.Add(LayerOp.Add, dim, [current, branch]);
        }

        list.Add(LayerOp.L2Normalise, dim, [current]);
        return list;
    }

    public int Values(int width, bool isSequence = false) => Append(new CudaLayer(LayerOp.Values, width, isSequence));

    public int Bag(int rows, int width, bool isSequence = false)
        => Append(new CudaLayer(LayerOp.Bag, width, isSequence) { Weight = Keep(Floats(rows * width)) });

    public int Add(
        LayerOp op, int width, ImmutableArray<int> inputs, float[]? weight = null, float[]? bias = null, double number = 0)
        => Append(new CudaLayer(op, width, _layers[inputs[0]].IsSequence && op is not (LayerOp.AttentionPool or LayerOp.Latest))
        {
            Inputs = inputs,
            Weight = Keep(weight ?? []),
            Bias = Keep(bias ?? []),
            Number = number,
        });

    public float[] Floats(int count, double size = 1)
        => [.. Enumerable.Range(0, count).Select(_ => (float)(size * ((_random.NextDouble() * 2) - 1)))];

    public NativeSlice<float> Keep(float[] values)
    {
        var buffer = new NativeBuffer(values.Length * sizeof(float));
        _owned.Add(buffer);
        values.CopyTo(buffer.Span<float>(0, values.Length));
        return buffer.Slice<float>();
    }

    public LayerListCuda OnDevice(CudaContext context) => new(context, _layers, PlacesMax);

    public float[] Run(CudaContext context, int samples, float[]? values = null)
    {
        using LayerListCuda list = OnDevice(context);
        using LayerListRun run = list.CreateRun();
        return Run(run, 0, samples, values);
    }

    public float[] Run(LayerListRun run, int first, int samples, float[]? values = null)
    {
        Fill(run, first, samples, values);
        float[] output = new float[samples * _layers[^1].Width];
        run.Run(output);
        return output;
    }

    /// <summary>Gives a run its inputs, those of some samples of all.</summary>
    public void Fill(LayerListRun run, int first, int samples, float[]? values = null)
    {
        int[] starts = _starts.Length == 0 ? [] : _starts[first..(first + samples + 1)];
        run.Begin(samples, [.. starts.Select(start => start - starts[0])]);
        for (int place = 0; place < _layers.Count; place++)
        {
            CudaLayer layer = _layers[place];
            int from = layer.IsSequence ? starts[0] : first;
            int count = layer.IsSequence ? starts[^1] - from : samples;
            if (layer.Op == LayerOp.Values)
            {
                run.SetValues(place, values ?? Rows(place, from, count));
            }
            else if (layer.Op == LayerOp.Bag)
            {
                (int[] codes, int[] bagStarts) = Bags(place, from, count);
                run.SetBags(place, codes, bagStarts);
            }
        }
    }

    /// <summary>The output in float64 from layer to layer, but for the rounding at the end of each.</summary>
    public double[] Reference(int samples, float[]? values = null)
        => Array.ConvertAll(new ReferenceLayers(this, _starts, samples, values).Run(), value => (double)value);

    /// <summary>The rows of a source: each depends on its own number only.</summary>
    public float[] Rows(int layer, int first, int count)
        =>
        [
            .. Enumerable.Range(first, count).SelectMany(row =>
            {
                var random = new Random((layer * 100_003) + row);
                return Enumerable.Range(0, _layers[layer].Width)
                    .Select(_ => (float)((random.NextDouble() * 2) - 1));
            }),
        ];

    /// <summary>The bags of a source: of 0 to 21 codes, each depends on its own number only.</summary>
    public (int[] Codes, int[] Starts) Bags(int layer, int first, int count)
    {
        int rows = (int)(_layers[layer].Weight.Length / _layers[layer].Width);
        List<int> codes = [];
        List<int> starts = [0];
        for (int bag = first; bag < first + count; bag++)
        {
            var random = new Random((layer * 100_003) + bag);
            codes.AddRange(Enumerable.Range(0, random.Next(22)).Select(_ => random.Next(rows)));
            starts.Add(codes.Count);
        }

        return ([.. codes], [.. starts]);
    }

    public void Dispose() => _owned.ForEach(owned => owned.Dispose());

    private int Append(CudaLayer layer)
    {
        _layers.Add(layer);
        return _layers.Count - 1;
    }
}

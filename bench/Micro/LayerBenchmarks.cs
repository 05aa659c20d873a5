using BenchmarkDotNet.Attributes;
using Linr.Kernels.Layers;
using Linr.Memory;

namespace Linr.Bench.Micro;

/// <summary>
/// The layers of a tower at the demo model's sizes, one row or sequence a call: embeddings of 64, a hidden layer of
/// 128, a history of 50 pooled by 4 heads, bags of 32 tokens. What works in place copies its input first.
/// </summary>
public class LayerBenchmarks
{
    private const int Dim = 64;
    private const int HiddenWidth = 128;
    private const int HistoryLength = 50;
    private const int HeadCount = 4;
    private const int TokenCount = 32;
    private const int BucketCount = 65_536;
    private const double Epsilon = 1e-5;

    private readonly Random _random = new(1);
    private readonly float[] _shares = new float[HistoryLength];
    private readonly float[] _pooled = new float[HeadCount * Dim];
    private readonly float[] _hidden = new float[HiddenWidth];
    private readonly float[] _mean = new float[Dim];
    private readonly int[] _historyStarts = [0, HistoryLength];
    private readonly int[] _bagStarts = [0, TokenCount];
    private readonly float[] _history;
    private readonly float[] _heads;
    private readonly float[] _input;
    private readonly float[] _weight;
    private readonly float[] _bias;
    private readonly int[] _codes;
    private NativeBuffer _buckets = null!;

    public LayerBenchmarks()
    {
        _history = Draw(HistoryLength * Dim);
        _heads = Draw(HeadCount * Dim);
        _input = Draw(HeadCount * Dim);
        _weight = Draw(HiddenWidth * HeadCount * Dim);
        _bias = Draw(HiddenWidth);
        _codes = [.. Enumerable.Range(0, TokenCount).Select(_ => _random.Next(BucketCount))];
    }

    [GlobalSetup]
    public void MakeBuckets()
    {
        _buckets = new NativeBuffer((long)BucketCount * Dim * sizeof(float));
        Draw(BucketCount * Dim).CopyTo(_buckets.Span<float>(0, BucketCount * Dim));
    }

    [GlobalCleanup]
    public void Free() => _buckets.Dispose();

    [Benchmark(Description = "attention_pool 50 x 64, 4 heads")]
    public void Pool() => AttentionPool.Run(_history, _historyStarts, _heads, Dim, _shares, _pooled);

    [Benchmark(Description = "linear 256 -> 128")]
    public void LinearFirst() => Linear.Run(_input, _weight, _bias, HiddenWidth, _hidden);

    [Benchmark(Description = "linear 128 -> 64")]
    public void LinearSecond()
        => Linear.Run(_bias, _weight.AsSpan(0, HiddenWidth * Dim), _bias.AsSpan(0, Dim), Dim, _mean);

    [Benchmark(Description = "bag of 32 x 64")]
    public void Bag() => EmbeddingBag.Run(_codes, _bagStarts, _buckets.Slice<float>(), Dim, _mean);

    [Benchmark(Description = "l2_normalise 64")]
    public void Normalise() => L2Normalise.Run(Copy(Dim), Dim);

    [Benchmark(Description = "layer_norm 128")]
    public void Norm() => LayerNorm.Run(Copy(HiddenWidth), _weight.AsSpan(0, HiddenWidth), _bias, Epsilon);

    [Benchmark(Description = "relu 128")]
    public void Relu() => Activation.Relu(Copy(HiddenWidth));

    [Benchmark(Description = "gelu 128")]
    public void Gelu() => Activation.Gelu(Copy(HiddenWidth));

    [Benchmark(Description = "silu 128")]
    public void Silu() => Activation.Silu(Copy(HiddenWidth));

    [Benchmark(Description = "tanh 128")]
    public void Tanh() => Activation.Tanh(Copy(HiddenWidth));

    private float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => _random.NextSingle() - 0.5f)];

    private Span<float> Copy(int width)
    {
        _input.AsSpan(0, width).CopyTo(_hidden);
        return _hidden.AsSpan(0, width);
    }
}

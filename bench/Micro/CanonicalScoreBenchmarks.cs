using BenchmarkDotNet.Attributes;
using Linr.Kernels;

namespace Linr.Bench.Micro;

/// <summary>The canonical score of one row beside its reference.</summary>
public class CanonicalScoreBenchmarks
{
    private float[] _query = [];
    private float[] _row = [];

    [Params(64, 128, 768)]
    public int Dim { get; set; }

    [GlobalSetup]
    public void MakeRows()
    {
        Random random = new(1);
        _query = [.. Enumerable.Range(0, Dim).Select(_ => random.NextSingle())];
        _row = [.. Enumerable.Range(0, Dim).Select(_ => random.NextSingle())];
    }

    [Benchmark(Baseline = true)]
    public double DotReference() => CanonicalScore.DotReference(_query, _row);

    [Benchmark]
    public double Dot() => CanonicalScore.Dot(_query, _row);

    [Benchmark]
    public double SquaredDistance() => CanonicalScore.SquaredDistance(_query, _row);
}

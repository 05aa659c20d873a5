using BenchmarkDotNet.Attributes;
using Linr.Kernels;
using Linr.Kernels.Scan;
using Linr.Kernels.Similarities;
using Linr.Memory;

namespace Linr.Bench.Micro;

/// <summary>
/// Learned similarities at the published sizes over 200,000 random rows, top 100, one thread: a Hadamard MLP of halves of 50
/// and 10 hidden units, and a mixture of 8 x 4 components of 64 whose gate has 128.
/// </summary>
public class SimilarityBenchmarks
{
    private const int Rows = 200_000;
    private const int Width = 50;
    private const int Hidden = 10;
    private const int GateHidden = 128;
    private static readonly MixtureShape s_shape = new(QueryComponents: 8, ItemComponents: 4, Dim: 64, Temperature: 0.05f);

    private readonly Random _random = new(1);
    private readonly List<NativeBuffer> _buffers = [];
    private readonly SimilarityWorkspace _workspace = new();
    private HadamardMlp _hadamard = null!;
    private MixtureOfLogits _mixture = null!;
    private ScanRequest _hadamardRequest = null!;
    private ScanRequest _mixtureRequest = null!;

    /// <summary>Queries that share a scan.</summary>
    [Params(1, 16)]
    public int Batch { get; set; }

    [GlobalSetup]
    public void Make()
    {
        _hadamard = new HadamardMlp(Draw(Width * Hidden), Draw(Hidden), Draw(Hidden), 0);
        _mixture = new MixtureOfLogits(
            s_shape,
            Draw(GateHidden * s_shape.Pairs),
            Draw(GateHidden),
            Draw(GateHidden * s_shape.Pairs),
            Draw(s_shape.Pairs));
        _hadamardRequest = Request(Draw(Batch * Width), Segment(Width, 0));
        float[] queries = Draw(Batch * _mixture.QueryWidth);
        for (int query = 0; query < Batch; query++)
        {
            Normalise(queries.AsSpan(query * _mixture.QueryWidth, s_shape.QueryComponents * s_shape.Dim), s_shape.Dim);
        }

        _mixtureRequest = Request(
            queries, Segment(s_shape.ItemComponents * s_shape.Dim, s_shape.Dim), Segment(s_shape.Pairs, 0));
    }

    [GlobalCleanup]
    public void Free()
    {
        _workspace.Dispose();
        _buffers.ForEach(buffer => buffer.Dispose());
    }

    [Benchmark(Description = "Hadamard MLP 50, 10")]
    public void Hadamard() => SimilarityScan.Search(_hadamard, _hadamardRequest, _workspace);

    [Benchmark(Description = "mixture 8 x 4 x 64, 128")]
    public void Mixture() => SimilarityScan.Search(_mixture, _mixtureRequest, _workspace);

    private ScanRequest Request(float[] queries, params ScanSegment[] segments) => new()
    {
        Segments = segments,
        RowCount = Rows,
        QueryCount = Batch,
        Queries = queries,
        K = 100,
    };

    /// <summary>Random rows; parts of so many floats are normalised, none where that is 0.</summary>
    private ScanSegment Segment(int width, int part)
    {
        var buffer = new NativeBuffer((long)Rows * width * sizeof(float));
        _buffers.Add(buffer);
        for (int row = 0; row < Rows; row++)
        {
            Span<float> values = buffer.Span<float>((long)row * width, width);
            Draw(width).CopyTo(values);
            if (part > 0)
            {
                Normalise(values, part);
            }
        }

        RowBlock[] blocks =
        [
            .. Enumerable.Range(0, (Rows + ScanSegment.BlockRows - 1) / ScanSegment.BlockRows).Select(block => new RowBlock(
                buffer.Address + (nint)((long)block * ScanSegment.BlockRows * width * sizeof(float)), Norms: 0, NormMax: 1)),
        ];
        return new ScanSegment(width, RowElement.Float32, ScanMetric.Dot, blocks);
    }

    private float[] Draw(int count)
        => [.. Enumerable.Range(0, count).Select(_ => ((_random.NextSingle() * 2) - 1) * 0.3f)];

    private static void Normalise(Span<float> components, int dim)
    {
        for (; components.Length >= dim; components = components[dim..])
        {
            double squared = 0;
            foreach (float value in components[..dim])
            {
                squared += (double)value * value;
            }

            foreach (ref float value in components[..dim])
            {
                value = (float)(value / Math.Sqrt(squared));
            }
        }
    }
}

using BenchmarkDotNet.Attributes;
using Linr.Kernels.Scan;
using Linr.Memory;

namespace Linr.Bench.Micro;

/// <summary>One whole scan, 262,144 x 128 rows, on the calling thread.</summary>
[MemoryDiagnoser]
public class ScanBenchmarks
{
    private const int RowCount = 4 * ScanSegment.BlockRows;
    private const int Dim = 128;

    private readonly ScanWorkspace _workspace = new();
    private NativeBuffer _rows = new(0);
    private ScanRequest _request = new();

    [Params(RowElement.Float32, RowElement.Float16)]
    public RowElement Element { get; set; }

    [Params(1, 16, 64)]
    public int Queries { get; set; }

    [Params(100, 1000)]
    public int K { get; set; }

    [GlobalSetup]
    public void MakeRows()
    {
        Random random = new(1);
        int elementBytes = Element == RowElement.Float32 ? sizeof(float) : sizeof(ushort);
        _rows = new NativeBuffer((long)RowCount * Dim * elementBytes);
        RowBlock[] blocks = new RowBlock[RowCount / ScanSegment.BlockRows];
        for (int b = 0; b < blocks.Length; b++)
        {
            long start = (long)b * ScanSegment.BlockRows * Dim;
            for (int i = 0; i < ScanSegment.BlockRows * Dim; i++)
            {
                float value = random.NextSingle() - 0.5f;
                if (Element == RowElement.Float32)
                {
                    _rows.Span<float>(start + i, 1)[0] = value;
                }
                else
                {
                    _rows.Span<Half>(start + i, 1)[0] = (Half)value;
                }
            }

            blocks[b] = new RowBlock(_rows.Address + (nint)(start * elementBytes), 0, 6f);
        }

        float[] queries = [.. Enumerable.Range(0, Queries * Dim).Select(_ => random.NextSingle() - 0.5f)];
        _request = new ScanRequest
        {
            Segments = new[] { new ScanSegment(Dim, Element, ScanMetric.Dot, blocks) },
            RowCount = RowCount,
            QueryCount = Queries,
            Queries = queries,
            K = K,
        };
    }

    [GlobalCleanup]
    public void Free()
    {
        _rows.Dispose();
        _workspace.Dispose();
    }

    [Benchmark]
    public int Search()
    {
        FilteredTopK.Search(_request, _workspace);
        return _workspace.Hits(0).Length;
    }
}

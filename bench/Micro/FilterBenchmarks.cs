using BenchmarkDotNet.Attributes;
using Linr.Kernels.Filter;
using Linr.Kernels.Scan;
using Linr.Memory;

namespace Linr.Bench.Micro;

/// <summary>
/// Filters over 15.5 million rows on one thread, in scan-sized pieces. <see cref="ReadTwoColumns"/> is the machine's
/// limit for <see cref="TwoClauses"/>: it reads the same bytes and does nothing else.
/// </summary>
public class FilterBenchmarks
{
    private const int RowCount = 15_500_000;
    private const int PieceRows = 4_096;
    private const int ValuesPerRow = 3;
    private const int CompanyCount = 100_000;

    private readonly ulong[] _mask = new ulong[PieceRows / 64];
    private NativeBuffer _geo = null!;
    private NativeBuffer _company = null!;
    private NativeBuffer _titles = null!;
    private NativeBuffer _starts = null!;
    private NativeBuffer _counts = null!;
    private PlanFilter _twoClauses = null!;
    private PlanFilter _multiValued = null!;
    private PlanFilter _largeSet = null!;
    private PlanFilter _either = null!;

    [GlobalSetup]
    public void Setup()
    {
        Random random = new(1);
        _geo = new NativeBuffer(RowCount);
        _company = new NativeBuffer(RowCount * 4L);
        _titles = new NativeBuffer(RowCount * 4L * ValuesPerRow);
        _starts = new NativeBuffer(RowCount * 4L);
        _counts = new NativeBuffer(RowCount * 4L);
        random.NextBytes(_geo.Span<byte>(0, RowCount));
        Fill(_company.Span<uint>(0, RowCount), () => (uint)random.Next(1, CompanyCount));
        Fill(_titles.Span<uint>(0, RowCount * ValuesPerRow), () => (uint)random.Next(1, 2_000));
        Span<uint> starts = _starts.Span<uint>(0, RowCount);
        for (int row = 0; row < RowCount; row++)
        {
            // Within its block, where the heap of the block starts at 0.
            starts[row] = (uint)(row % ScanSegment.BlockRows * ValuesPerRow);
        }

        Fill(_counts.Span<uint>(0, RowCount), () => ValuesPerRow);
        _twoClauses = Make((plan, geo, company, _) =>
            plan.AppendAnyOf(
                geo,
                [7, 9],
                true,
                plan.AppendAnyOf(company, [55], true, FilterPlan.Fail, FilterPlan.Pass),
                FilterPlan.Fail));
        _either = Make((plan, geo, company, _) =>
            plan.AppendAnyOf(
                geo,
                [7],
                true,
                FilterPlan.Pass,
                plan.AppendAnyOf(company, [55], true, FilterPlan.Pass, FilterPlan.Fail)));
        _multiValued = Make(
            (plan, _, _, titles) => plan.AppendAnyOf(titles, [77], true, FilterPlan.Pass, FilterPlan.Fail));
        ulong[] companies = [.. Enumerable.Range(1, 1_000).Select(_ => (ulong)random.Next(1, CompanyCount))];
        _largeSet = Make((plan, _, company, _) =>
            plan.AppendAnyOf(company, companies, true, FilterPlan.Pass, FilterPlan.Fail));
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _geo.Dispose();
        _company.Dispose();
        _titles.Dispose();
        _starts.Dispose();
        _counts.Dispose();
    }

    [Benchmark(Baseline = true, Description = "read 77.5 MB")]
    public ulong ReadTwoColumns() => ReadSum(_geo, RowCount) ^ ReadSum(_company, RowCount * 4L);

    [Benchmark(Description = "geo in (2 codes) and company != x")]
    public ulong TwoClauses() => Run(_twoClauses);

    [Benchmark(Description = "geo = x or company = y: both columns read")]
    public ulong Either() => Run(_either);

    [Benchmark(Description = "title = x, 3 values a row")]
    public ulong MultiValued() => Run(_multiValued);

    [Benchmark(Description = "company in (1,000 codes)")]
    public ulong LargeSet() => Run(_largeSet);

    private static void Fill(Span<uint> values, Func<uint> next)
    {
        foreach (ref uint value in values)
        {
            value = next();
        }
    }

    private static ulong ReadSum(NativeBuffer buffer, long bytes)
        => System.Numerics.Tensors.TensorPrimitives.Sum<ulong>(buffer.Slice<ulong>().Slice(0, bytes / 8).Span);

    private static ColumnBlock[] Blocks(Func<long, int, ColumnBlock> make)
        => [.. Enumerable.Range(0, (RowCount + ScanSegment.BlockRows - 1) / ScanSegment.BlockRows).Select(block =>
            make(
                (long)block * ScanSegment.BlockRows,
                Math.Min(ScanSegment.BlockRows, RowCount - (block * ScanSegment.BlockRows))))];

    private PlanFilter Make(Func<FilterPlan, int, int, int, int> append)
    {
        FilterPlan plan = new();
        int geo = plan.AppendColumn(Blocks((first, rows) =>
            new ColumnBlock(ColumnElement.Code8, _geo.Address + (nint)first, rows, 0, 0, 0)));
        int company = plan.AppendColumn(Blocks((first, rows) =>
            new ColumnBlock(ColumnElement.Code32, _company.Address + (nint)(4 * first), rows, 0, 0, 0)));
        int titles = plan.AppendColumn(Blocks((first, rows) => new ColumnBlock(
            ColumnElement.Code32,
            _titles.Address + (nint)(4 * ValuesPerRow * first),
            rows * (long)ValuesPerRow,
            0,
            _starts.Address + (nint)(4 * first),
            _counts.Address + (nint)(4 * first))));
        plan.Complete(append(plan, geo, company, titles));
        return new PlanFilter(plan);
    }

    private ulong Run(PlanFilter filter)
    {
        ulong any = 0;
        for (int row = 0; row < RowCount; row += PieceRows)
        {
            int within = row % ScanSegment.BlockRows;
            filter.Evaluate(row / ScanSegment.BlockRows, within, Math.Min(PieceRows, RowCount - row), _mask);
            any |= _mask[0];
        }

        return any;
    }
}

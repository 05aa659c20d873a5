using System.Runtime.InteropServices;
using Linr.Kernels.Filter;
using Linr.Kernels.Scan;
using Linr.Memory;

namespace Linr.Bench.Micro;

/// <summary>
/// Random rows and two dictionary-coded columns a kind of filter: columns whose codes say nothing of the score, and
/// columns whose lowest codes belong to the rows that score worst for every query of <see cref="Queries"/>.
/// </summary>
internal sealed class FilteredScanTable : IDisposable
{
    public const int Dim = 128;
    private const int FirstCodes = 1_000;
    private const int SecondCodes = 200;

    private readonly NativeBuffer _rows;
    private readonly NativeBuffer[] _columns;
    private readonly ColumnBlock[][] _blocks;
    private readonly long _rowCount;

    public FilteredScanTable(long rowCount, RowElement element)
    {
        _rowCount = rowCount;
        int elementBytes = element == RowElement.Float32 ? sizeof(float) : sizeof(ushort);
        _rows = new NativeBuffer(rowCount * Dim * elementBytes);
        _columns = [new(2 * rowCount), new(rowCount), new(2 * rowCount)];
        float[] values = [.. Enumerable.Range(0, 1 << 16).Select(i => (i / 65_536f) - 0.5f)];
        Half[] halves = [.. values.Select(value => (Half)value)];
        Random random = new(1);
        ushort[] drawn = new ushort[Dim];
        for (long row = 0; row < rowCount; row++)
        {
            random.NextBytes(MemoryMarshal.AsBytes(drawn.AsSpan()));
            double place = random.NextDouble();
            if (element == RowElement.Float32)
            {
                Write(drawn, values, (float)((4 * place) - 2), _rows.Span<float>(row * Dim, Dim));
            }
            else
            {
                Write(drawn, halves, (Half)((4 * place) - 2), _rows.Span<Half>(row * Dim, Dim));
            }

            _columns[0].Span<ushort>(row, 1)[0] = (ushort)random.Next(1, FirstCodes + 1);
            _columns[1].Span<byte>(row, 1)[0] = (byte)random.Next(1, SecondCodes + 1);
            _columns[2].Span<ushort>(row, 1)[0] = (ushort)(1 + (int)(place * FirstCodes));
        }

        _blocks = [Column(0, ColumnElement.Code16), Column(1, ColumnElement.Code8), Column(2, ColumnElement.Code16)];
        Segment = new ScanSegment(Dim, element, ScanMetric.Dot, Blocks((first, _) =>
            new RowBlock(_rows.Address + (nint)(first * Dim * elementBytes), 0, 7f)));
    }

    public ScanSegment Segment { get; }

    public NativeSlice<byte> Bytes => _rows.Slice<byte>();

    /// <summary>Queries whose score grows with the place that the correlated column's codes stand for.</summary>
    public static float[] Queries(int count)
    {
        Random random = new(2);
        return [.. Enumerable.Range(0, count * Dim).Select(i => i % Dim == 0 ? 3f : random.NextSingle() - 0.5f)];
    }

    /// <summary>A filter of one or two clauses that a share of the rows passes, others for other seeds.</summary>
    /// <param name="share">The share of the rows.</param>
    /// <param name="clauses">One or two; of two the second holds for half of the rows where not all pass.</param>
    /// <param name="worst">Whether the rows pass that score worst.</param>
    /// <param name="seed">The seed.</param>
    public PlanFilter Filter(double share, int clauses, bool worst, int seed)
    {
        FilterPlan plan = new();
        int first = plan.AppendColumn(_blocks[worst ? 2 : 0]);
        int second = plan.AppendColumn(_blocks[1]);
        double halved = clauses == 2 && share <= 0.5 ? 2 : 1;
        int count = (int)Math.Round(share * halved * FirstCodes);
        int next = clauses == 2
            ? plan.AppendAnyOf(
                second, Draw((int)(SecondCodes / halved), SecondCodes, seed), true, FilterPlan.Pass, FilterPlan.Fail)
            : FilterPlan.Pass;
        int among = worst ? Math.Min(FirstCodes, 2 * count) : FirstCodes;
        plan.Complete(plan.AppendAnyOf(first, Draw(count, among, seed), true, next, FilterPlan.Fail));
        return new PlanFilter(plan);
    }

    public void Dispose()
    {
        _rows.Dispose();
        foreach (NativeBuffer column in _columns)
        {
            column.Dispose();
        }
    }

    private static void Write<T>(ushort[] drawn, T[] values, T first, Span<T> row)
    {
        for (int d = 0; d < row.Length; d++)
        {
            row[d] = values[drawn[d]];
        }

        row[0] = first;
    }

    private static ulong[] Draw(int count, int among, int seed)
    {
        ulong[] codes = [.. Enumerable.Range(1, among).Select(code => (ulong)code)];
        new Random(seed).Shuffle(codes);
        return codes[..count];
    }

    private ColumnBlock[] Column(int column, ColumnElement element)
        => Blocks((row, rows) => new ColumnBlock(
            element, _columns[column].Address + (nint)(row * _columns[column].Bytes / _rowCount), rows, 0, 0, 0));

    private T[] Blocks<T>(Func<long, int, T> make)
        => [.. Enumerable.Range(0, (int)((_rowCount + ScanSegment.BlockRows - 1) / ScanSegment.BlockRows)).Select(
            block => make(
                (long)block * ScanSegment.BlockRows,
                (int)Math.Min(ScanSegment.BlockRows, _rowCount - ((long)block * ScanSegment.BlockRows))))];
}

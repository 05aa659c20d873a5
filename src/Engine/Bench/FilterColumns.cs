using Linr.Kernels.Filter;
using Linr.Kernels.Scan;
using Linr.Memory;

namespace Linr.Engine.Bench;

/// <summary>
/// Random attribute columns as an item table lays them out, and the filters that read them: codes of one byte that say
/// how rare a row is, codes of four bytes, and three codes of four bytes a row.
/// </summary>
public sealed class FilterColumns : IDisposable
{
    /// <summary>Values of a row in the multi-valued column.</summary>
    internal const int ValuesPerRow = 3;

    /// <summary>Bytes that two clauses read a row.</summary>
    internal const int ClauseRowBytes = sizeof(byte) + sizeof(uint);

    /// <summary>Bytes that a multi-valued clause reads a row: a start, a count and the values.</summary>
    internal const int MultiValuedRowBytes = (2 + ValuesPerRow) * sizeof(uint);

    private const int CompanyCount = 100_000;
    private const int TitleCount = 2_000;
    private const ulong Company = 55;
    private const ulong Title = 77;

    private readonly List<NativeBuffer> _buffers = [];
    private readonly long _rowCount;
    private readonly ColumnBlock[] _rarities;
    private readonly ColumnBlock[] _companies;
    private ColumnBlock[] _worst = [];
    private ColumnBlock[] _titles = [];

    internal FilterColumns(long rowCount, int seed)
    {
        _rowCount = rowCount;
        Random random = new(seed);
        _rarities = Column(ColumnElement.Code8, Fill(sizeof(byte), 1, _ => RarityOf(random.NextDouble())));
        _companies = Column(ColumnElement.Code32, Fill(sizeof(uint), 1, _ => (uint)random.Next(1, CompanyCount + 1)));
    }

    /// <summary>The shares of rows that its filters can pass, ascending; 1 is every row but one in 100,000.</summary>
    public static IReadOnlyList<double> PassRates { get; } = [0.001, 0.01, 0.1, 1];

    /// <inheritdoc/>
    public void Dispose() => _buffers.ForEach(buffer => buffer.Dispose());

    /// <summary>Adds the column of a filter that passes the rows of the lowest scores.</summary>
    internal void AddWorst(ReadOnlySpan<float> scores)
    {
        float[] sorted = scores.ToArray();
        int[] order = [.. Enumerable.Range(0, sorted.Length)];
        Array.Sort(sorted, order);
        byte[] rarities = new byte[order.Length];
        for (int rank = 0; rank < order.Length; rank++)
        {
            rarities[order[rank]] = RarityOf((double)rank / order.Length);
        }

        _worst = Column(ColumnElement.Code8, Fill(sizeof(byte), 1, row => rarities[row]));
    }

    /// <summary>Adds the multi-valued column.</summary>
    internal void AddMultiValued(int seed)
    {
        Random random = new(seed);
        NativeBuffer values =
            Fill(ValuesPerRow * sizeof(uint), ValuesPerRow, _ => (uint)random.Next(1, TitleCount + 1));
        NativeBuffer starts = Fill(sizeof(uint), 1, row => (uint)(row % ScanSegment.BlockRows * ValuesPerRow));
        NativeBuffer counts = Fill(sizeof(uint), 1, _ => (uint)ValuesPerRow);
        _titles = Column(ColumnElement.Code32, values, starts, counts);
    }

    /// <summary>A filter of two single-valued clauses: a set of one-byte codes, and not a four-byte code.</summary>
    /// <exception cref="ArgumentException">The rate is none of <see cref="PassRates"/>.</exception>
    internal PlanFilter Clauses(double passRate, bool isWorst = false)
    {
        int[] rarest = [.. Enumerable.Range(0, PassRates.Count).Where(i => PassRates[i] == passRate)];
        if (rarest.Length == 0)
        {
            throw new ArgumentException(
                $"Expected one of {string.Join(", ", PassRates)}; found {passRate}.", nameof(passRate));
        }

        FilterPlan plan = new();
        int rarities = plan.AppendColumn(isWorst ? _worst : _rarities);
        int companies = plan.AppendColumn(_companies);
        int reverse = plan.AppendAnyOf(companies, [Company], areCodes: true, FilterPlan.Fail, FilterPlan.Pass);
        ulong[] codes = [.. Enumerable.Range(1, rarest[0] + 1).Select(code => (ulong)code)];
        plan.Complete(plan.AppendAnyOf(rarities, codes, areCodes: true, reverse, FilterPlan.Fail));
        return new PlanFilter(plan);
    }

    /// <summary>A filter of one multi-valued clause.</summary>
    internal PlanFilter MultiValued()
    {
        FilterPlan plan = new();
        int titles = plan.AppendColumn(_titles);
        plan.Complete(plan.AppendAnyOf(titles, [Title], areCodes: true, FilterPlan.Pass, FilterPlan.Fail));
        return new PlanFilter(plan);
    }

    /// <summary>The code of a row of that rank, 0 to 1: rows of the codes 1 to c + 1 are the share PassRates[c].</summary>
    private static byte RarityOf(double rank)
    {
        byte code = 1;
        while (rank >= PassRates[code - 1])
        {
            code++;
        }

        return code;
    }

    /// <summary>A buffer of so many bytes and values for each row, by the position of the value.</summary>
    private NativeBuffer Fill<T>(int rowBytes, int valuesPerRow, Func<long, T> valueAt)
        where T : unmanaged
    {
        long count = _rowCount * valuesPerRow;
        NativeBuffer buffer = new(_rowCount * rowBytes);
        _buffers.Add(buffer);
        for (long first = 0; first < count; first += ScanSegment.BlockRows)
        {
            Span<T> values = buffer.Span<T>(first, (int)Math.Min(ScanSegment.BlockRows, count - first));
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = valueAt(first + i);
            }
        }

        return buffer;
    }

    private ColumnBlock[] Column(
        ColumnElement element, NativeBuffer values, NativeBuffer? starts = null, NativeBuffer? counts = null)
        => [.. Enumerable.Range(0, (int)((_rowCount + ScanSegment.BlockRows - 1) / ScanSegment.BlockRows)).Select(b =>
        {
            long first = (long)b * ScanSegment.BlockRows;
            long rows = Math.Min(ScanSegment.BlockRows, _rowCount - first);
            return new ColumnBlock(
                element,
                At(values, first),
                rows * (starts is null ? 1 : ValuesPerRow),
                Present: 0,
                starts is null ? 0 : At(starts, first),
                counts is null ? 0 : At(counts, first));
        })];

    /// <summary>Where the part of a buffer lies that belongs to the rows from one on.</summary>
    private nint At(NativeBuffer buffer, long firstRow)
        => buffer.Address + (nint)(buffer.Bytes / _rowCount * firstRow);
}

using Linr.Cuda;
using Linr.Kernels.Scan;
using Linr.Kernels.Tests.Scan;

namespace Linr.Kernels.Tests.CodeSelects;

/// <summary>What a choice asks for.</summary>
internal sealed record Wants(long Wanted = 0, double Share = 0, long Least = 0, Func<int, bool>? Filter = null);

/// <summary>Codes on the host and on a device, and choices that must keep the rows of the reference.</summary>
internal sealed class ChoiceCase : IDisposable
{
    private readonly CudaContext _context;
    private readonly CudaStream _stream;
    private readonly int _rows;
    private readonly int _bits;
    private readonly bool _isAsymmetric;
    private readonly Func<int, int, bool> _bitOf;
    private readonly DeviceBuffer<byte> _codes;
    private readonly DeviceBuffer<CudaScanTable> _table;

    public ChoiceCase(
        CudaContext context, CudaStream stream, int rows, int bits, bool isAsymmetric, Func<int, int, bool> bitOf)
    {
        (_context, _stream, _rows, _bits, _isAsymmetric, _bitOf) = (context, stream, rows, bits, isAsymmetric, bitOf);
        byte[] bytes = new byte[FusedScan.RoomFor(rows) * bits / 8];
        for (int row = 0; row < rows; row++)
        {
            for (int bit = 0; bit < bits; bit++)
            {
                bytes[((long)row * bits / 8) + (bit / 8)] |= (byte)((bitOf(row, bit) ? 1 : 0) << (bit % 8));
            }
        }

        // What lies past the rows is not read as rows.
        bytes.AsSpan(rows * bits / 8).Fill(0xff);
        _codes = Put<byte>(bytes);
        _table = Put<CudaScanTable>(
            [new CudaScanTable(ScanMetric.Dot, _codes.Slice(), bits / 8, bits, default, (uint)rows, default)]);
    }

    /// <summary>Numbers of the order of rows of equal score; null: the row.</summary>
    public Func<int, long>? OrderOf { get; set; }

    public static Func<int, int, bool> Random(int seed)
        => (row, bit) => (RandomTable.Mix((ulong)(((long)seed << 40) + ((long)row << 10) + bit)) & 1) != 0;

    /// <summary>Chooses for as many queries as there are wants, and compares each with the reference.</summary>
    public void Check(CodeSelectCuda op, params Wants[] wants)
    {
        int queryBytes = PackedQueries.BytesPerQuery(_bits, CudaElement.SignCode);
        float[] queries = new float[wants.Length * _bits];
        for (int q = 0; q < wants.Length; q++)
        {
            RandomRows.CodeQueries(_bits, _isAsymmetric)(q, queries.AsSpan(q * _bits, _bits));
        }

        byte[] packed = new byte[wants.Length * queryBytes];
        PackedQueries.PackCodes(queries, _bits, queryBytes, packed);
        long words = FusedScan.MaskWords(_rows);
        using DeviceBuffer<byte> packedThere = Put<byte>(packed);
        using DeviceBuffer<ulong> masks = Put<ulong>([.. wants.SelectMany(want => Mask(want.Filter ?? (_ => true), words))]);
        using DeviceBuffer<ulong> passed = Put<ulong>([.. wants.Select(want => (ulong)Passing(want).Count())]);
        using DeviceBuffer<ulong> kept = new(_context, wants.Length * words, "kept rows");
        using DeviceBuffer<ulong> counts = new(_context, wants.Length, "counts of kept rows");
        using DeviceBuffer<ulong> levels = new(_context, wants.Length * (_bits + 1), "levels of kept rows");
        using DeviceBuffer<long>? order = OrderOf is null ? null : Put<long>([.. Rows.Select(OrderOf)]);
        using DeviceBuffer<CudaCodeChoice> choices = Put<CudaCodeChoice>([.. wants.Select((want, q) => new CudaCodeChoice
        {
            Query = packedThere.Slice(q * queryBytes, queryBytes),
            Mask = want.Filter is null ? default : masks.Slice(q * words, words),
            Passed = want.Filter is null ? default : passed.Slice(q, 1),
            Kept = kept.Slice(q * words, words),
            Count = counts.Slice(q, 1),
            Levels = _isAsymmetric ? default : levels.Slice(q * (_bits + 1), _bits + 1),
            Order = order is null ? default : new CudaRowOrder(order.Slice(), Rows.Min(OrderOf!), Rows.Max(OrderOf!)),
            Share = want.Share,
            Wanted = want.Wanted,
            Least = want.Least,
            IsUsed = true,
        })]);
        using DeviceBuffer<byte> scratch = new(_context, CodeSelectCuda.ScratchBytes(wants.Length, _rows), "scratch of choices");
        _stream.EnqueueFill(scratch.Slice(), (byte)0xa5);
        op.Launch(_stream, _table.Slice(), _bits / 8, choices.Slice(), words, scratch.Slice());
        ulong[] keptHere = ToHost(kept), countsHere = ToHost(counts), levelsHere = ToHost(levels);
        for (int q = 0; q < wants.Length; q++)
        {
            Compare(
                wants[q],
                queries.AsSpan(q * _bits, _bits),
                keptHere.AsSpan((int)(q * words), (int)words),
                countsHere[q],
                _isAsymmetric ? [] : levelsHere.AsSpan(q * (_bits + 1), _bits + 1));
        }
    }

    public void Dispose()
    {
        _table.Dispose();
        _codes.Dispose();
    }

    private IEnumerable<int> Rows => Enumerable.Range(0, _rows);

    private IEnumerable<int> Passing(Wants want) => Rows.Where(row => want.Filter?.Invoke(row) ?? true);

    private void Compare(Wants want, ReadOnlySpan<float> query, ReadOnlySpan<ulong> kept, ulong count, ReadOnlySpan<ulong> levels)
    {
        float[] scores = new float[_rows];
        ulong[] expectedLevels = new ulong[_bits + 1];
        for (int row = 0; row < _rows; row++)
        {
            for (int bit = 0; bit < _bits; bit++)
            {
                scores[row] += _bitOf(row, bit) ? query[bit] : -query[bit];
            }
        }

        int[] rows = CodeSelect.KeepReference(
            scores,
            row => want.Filter?.Invoke(row) ?? true,
            OrderOf ?? (row => row),
            CodeSelect.Wanted(want.Share, want.Wanted, want.Least, Passing(want).Count()));
        string name = $"{_rows} rows, {want}";
        Assert.True((ulong)rows.Length == count, $"{name}: expected {rows.Length} kept, found {count}.");
        HashSet<int> expected = [.. rows];
        for (int row = 0; row < kept.Length * 64; row++)
        {
            bool isKept = (kept[row / 64] >> (row % 64) & 1) != 0;
            Assert.True(isKept == expected.Contains(row), $"{name}: row {row}: expected {!isKept}, found {isKept}.");
        }

        foreach (int row in levels.IsEmpty ? [] : rows)
        {
            expectedLevels[(int)(_bits + scores[row]) / 2]++;
        }

        for (int level = 0; level < levels.Length; level++)
        {
            Assert.True(
                expectedLevels[level] == levels[level],
                $"{name}: level {level}: expected {expectedLevels[level]}, found {levels[level]}.");
        }
    }

    private static ulong[] Mask(Func<int, bool> passes, long words)
    {
        // Bits past the rows are not looked at.
        ulong[] mask = new ulong[words];
        for (int row = 0; row < words * 64; row++)
        {
            mask[row / 64] |= (passes(row) ? 1UL : 0) << (row % 64);
        }

        return mask;
    }

    private DeviceBuffer<T> Put<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        DeviceBuffer<T> buffer = new(_context, values.Length, "of a choice");
        _stream.Upload(values, buffer.Slice());
        return buffer;
    }

    private T[] ToHost<T>(DeviceBuffer<T> buffer)
        where T : unmanaged
    {
        T[] values = new T[buffer.Length];
        _stream.Download(buffer.Slice(), values);
        return values;
    }
}

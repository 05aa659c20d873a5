using System.Text;
using Linr.Formats.Rows;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace Linr.Formats.Columnar;

/// <summary>One column of one row group of a Parquet file, in memory.</summary>
internal abstract class ParquetColumn : IDisposable
{
    /// <summary>The types that <see cref="Load"/> knows, for errors.</summary>
    public const string Expected = "a column of strings, bytes, numbers, booleans, dates or Guids";

    /// <summary>Loads a column.</summary>
    /// <param name="group">The row group.</param>
    /// <param name="field">The values: the column itself, or what its list holds.</param>
    /// <param name="rows">Rows of the group.</param>
    /// <returns>Null when the type of the values is none that Linr reads.</returns>
    public static ParquetColumn? Load(ParquetRowGroupReader group, DataField field, int rows)
    {
        RawColumnData data = group.ReadRawColumnDataBaseAsync(field, CancellationToken.None)
            .AsTask().GetAwaiter().GetResult();
        return data switch
        {
            RawColumnData<bool> values => Of(values, static (bool value, ref byte[] _) => Cell.OfBoolean(value)),
            RawColumnData<sbyte> values => Of(values, static (sbyte value, ref byte[] _) => Cell.OfInteger(value)),
            RawColumnData<byte> values => Of(values, static (byte value, ref byte[] _) => Cell.OfInteger(value)),
            RawColumnData<short> values => Of(values, static (short value, ref byte[] _) => Cell.OfInteger(value)),
            RawColumnData<ushort> values => Of(values, static (ushort value, ref byte[] _) => Cell.OfInteger(value)),
            RawColumnData<int> values => Of(values, static (int value, ref byte[] _) => Cell.OfInteger(value)),
            RawColumnData<uint> values => Of(values, static (uint value, ref byte[] _) => Cell.OfInteger(value)),
            RawColumnData<long> values => Of(values, static (long value, ref byte[] _) => Cell.OfInteger(value)),
            RawColumnData<float> values => Of(values, static (float value, ref byte[] _) => Cell.OfFloat(value)),
            RawColumnData<double> values => Of(values, static (double value, ref byte[] _) => Cell.OfFloat(value)),
            RawColumnData<decimal> values => Of(
                values, static (decimal value, ref byte[] _) => Cell.OfFloat((double)value)),
            RawColumnData<DateTime> values => Of(values, static (DateTime value, ref byte[] _) => OfDate(value)),
            RawColumnData<DateOnly> values => Of(
                values, static (DateOnly value, ref byte[] _) => OfDate(value.ToDateTime(TimeOnly.MinValue))),
            RawColumnData<Guid> values => Of(values, OfGuid),
            RawColumnData<ReadOnlyMemory<char>> values => Of(values, OfText),
            RawColumnData<ReadOnlyMemory<byte>> values => Of(
                values, static (ReadOnlyMemory<byte> value, ref byte[] _) => Cell.OfUtf8(CellKind.Bytes, value.Span)),
            _ => null,
        };

        ParquetColumn<T> Of<T>(RawColumnData<T> values, ParquetColumn<T>.ToCell toCell)
            where T : struct
            => new(values, field, rows, toCell);
    }

    /// <summary>Takes up a row of the group.</summary>
    /// <returns>How many values it has.</returns>
    public abstract int Select(int row);

    /// <summary>A value of the row taken up last.</summary>
    public abstract Cell Value(int position);

    /// <summary>
    /// Copies the values of the row taken up last; false when they are no floats, or some are missing.
    /// </summary>
    public abstract bool TryCopyFloats(Span<float> values);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Dates are kept as UTC where the file names no zone.</summary>
    private static Cell OfDate(DateTime value)
        => Cell.OfDate(Linr.Value.ToMicroseconds(new DateTimeOffset(DateTime.SpecifyKind(value, DateTimeKind.Utc))));

    private static Cell OfGuid(Guid value, ref byte[] scratch)
    {
        Grow(ref scratch, 36);
        _ = value.TryFormat(scratch, out int length);
        return Cell.OfUtf8(CellKind.Text, scratch.AsSpan(0, length));
    }

    private static Cell OfText(ReadOnlyMemory<char> value, ref byte[] scratch)
    {
        Grow(ref scratch, Encoding.UTF8.GetMaxByteCount(value.Length));
        return Cell.OfUtf8(CellKind.Text, scratch.AsSpan(0, Encoding.UTF8.GetBytes(value.Span, scratch)));
    }

    private static void Grow(ref byte[] scratch, int bytes)
    {
        if (scratch.Length < bytes)
        {
            scratch = new byte[Math.Max(bytes, 2 * scratch.Length)];
        }
    }
}

/// <summary>A column whose values are <typeparamref name="T"/>.</summary>
internal sealed class ParquetColumn<T> : ParquetColumn
    where T : struct
{
    private readonly RawColumnData<T> _data;
    private readonly ToCell _toCell;
    private readonly int[] _starts;
    private readonly int[]? _places;
    private byte[] _scratch = [];
    private int _first;
    private int _count;

    public ParquetColumn(RawColumnData<T> data, DataField field, int rows, ToCell toCell)
    {
        _data = data;
        _toCell = toCell;
        _starts = new int[rows + 1];
        ReadOnlySpan<int> repetitions = field.MaxRepetitionLevel > 0 ? data.RepetitionLevels : default;
        ReadOnlySpan<int> definitions = field.MaxDefinitionLevel > 0 ? data.DefinitionLevels : default;
        int slots = Math.Max(repetitions.Length, definitions.Length);
        slots = slots == 0 ? data.Values.Length : slots;
        // A null inside a list is a value of its own, one definition level below a present one.
        int present = field.MaxDefinitionLevel;
        int lowest = field is { IsNullable: true, MaxRepetitionLevel: > 0 } ? present - 1 : present;
        int[]? places = null;
        int row = -1;
        int count = 0;
        int used = 0;
        for (int slot = 0; slot < slots; slot++)
        {
            if (repetitions.IsEmpty || repetitions[slot] == 0)
            {
                _starts[++row] = count;
            }

            int level = definitions.IsEmpty ? present : definitions[slot];
            if (level < lowest)
            {
                continue;
            }

            if (level < present && places is null)
            {
                // Until the first null inside a list, a value's place is its number.
                places = new int[slots];
                for (int place = 0; place < count; place++)
                {
                    places[place] = place;
                }
            }

            int found = level == present ? used++ : -1;
            if (places is not null)
            {
                places[count] = found;
            }

            count++;
        }

        if (row != rows - 1 || used > data.Values.Length)
        {
            throw new InvalidDataException("its levels and values do not agree");
        }

        _starts[rows] = count;
        _places = places;
    }

    /// <summary>Makes a cell of a value; what the cell points to may be written to the scratch bytes.</summary>
    public delegate Cell ToCell(T value, ref byte[] scratch);

    public override int Select(int row)
    {
        _first = _starts[row];
        _count = _starts[row + 1] - _first;
        return _count;
    }

    public override Cell Value(int position)
    {
        int place = _first + position;
        place = _places is null ? place : _places[place];
        return place < 0 ? default : _toCell(_data.Values[place], ref _scratch);
    }

    public override bool TryCopyFloats(Span<float> values)
    {
        if (_places is not null || typeof(T) != typeof(float))
        {
            return false;
        }

        System.Runtime.InteropServices.MemoryMarshal.Cast<T, float>(_data.Values.Slice(_first, _count)).CopyTo(values);
        return true;
    }

    public override void Dispose() => _data.Dispose();
}

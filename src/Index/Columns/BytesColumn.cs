using System.Text;
using Linr.Memory;

namespace Linr.Index.Columns;

/// <summary>
/// A column of text, JSON or bytes: one value a row or none; returned with hits, or read by towers (text), never
/// filtered.
/// </summary>
public sealed class BytesColumn : Column
{
    private BlockStore<ulong>? _present;

    /// <summary>A finished column.</summary>
    /// <param name="field">The field.</param>
    /// <param name="values">A string a row, empty where missing; the column owns them from now on.</param>
    /// <param name="present">
    /// A mask of the rows that have a value, 64 a word, owned too; null when all have one.
    /// </param>
    internal BytesColumn(FieldSchema field, BytesStore values, BlockStore<ulong>? present)
        : base(field, values.Count)
    {
        Values = values;
        _present = present;
    }

    /// <inheritdoc/>
    public override long OwnedBytes => Values.OwnedBytes + (_present?.OwnedBytes ?? 0);

    /// <summary>A string a row, empty where missing.</summary>
    internal BytesStore Values { get; }

    /// <summary>Whether some row is missing.</summary>
    internal bool HasMissing => _present is not null;

    /// <summary>Whether a row has a value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public bool IsPresent(uint row)
    {
        CheckRow(row);
        return _present is null || RowMask.Get(_present, row);
    }

    /// <summary>
    /// The bytes of a row's value (UTF-8 for text and JSON), empty when it is missing. Allocates nothing.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ReadOnlySpan<byte> BytesOf(uint row)
    {
        CheckRow(row);
        return Values.Read(row);
    }

    /// <inheritdoc/>
    public override void Read(uint row, ICollection<Value> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (IsPresent(row))
        {
            values.Add(Field.Type switch
            {
                FieldType.Text => Value.OfText(Encoding.UTF8.GetString(BytesOf(row))),
                FieldType.Json => Value.OfJson(Encoding.UTF8.GetString(BytesOf(row))),
                _ => Value.OfBytes(BytesOf(row).ToArray()),
            });
        }
    }

    /// <inheritdoc/>
    internal override void Grow(int blocks)
    {
        if (_present is null)
        {
            _present = RowMask.Store();
            for (int block = 0; block < Values.BlockCount; block++)
            {
                int rows = (int)Math.Min(Limits.BlockRows, Rows - ((long)block * Limits.BlockRows));
                RowMask.SetRange(_present, (uint)block * Limits.BlockRows, rows);
            }
        }

        _present.Grow(blocks);
        Values.Grow(blocks);
        Rows = Values.Count;
    }

    /// <inheritdoc/>
    internal override void Set(uint row, IReadOnlyList<Value> values, ICollection<NativeBuffer> retired)
    {
        RowMask.Set(_present!, row, values.Count > 0);
        Values.Set(row, values.Count == 0 ? [] : ToBytes(values[0]), retired);
    }

    /// <summary>The bytes that a value is stored as.</summary>
    internal static byte[] ToBytes(Value value)
        => value.Type == FieldType.Bytes ? value.Bytes.ToArray() : Encoding.UTF8.GetBytes(value.Text);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        Values.Dispose();
        _present?.Dispose();
    }
}

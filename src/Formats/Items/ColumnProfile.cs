using System.IO.Hashing;
using Linr.Formats.Rows;

namespace Linr.Formats;

/// <summary>What a column of a sample has been seen to hold.</summary>
internal sealed class ColumnProfile
{
    private readonly HashSet<ulong> _different = [];
    private bool _allIntegers = true;
    private bool _allNumbers = true;
    private bool _anyFraction;
    private bool _allBooleans = true;
    private bool _allDates = true;
    private bool _allGuids = true;
    private bool _anyBytes;
    private bool _anyJson;
    private bool _sameCount = true;
    private int _firstCount;

    /// <summary>Rows that have a value.</summary>
    public long Rows { get; private set; }

    /// <summary>Rows that have several.</summary>
    public long RowsOfMany { get; private set; }

    /// <summary>Values in all.</summary>
    public long Values { get; private set; }

    /// <summary>UTF-8 bytes of all text values.</summary>
    public long TextBytes { get; private set; }

    /// <summary>Text values with a space in them.</summary>
    public long Spaced { get; private set; }

    /// <summary>Different values.</summary>
    public int Different => _different.Count;

    /// <summary>
    /// The dim, when each row has the same number of numbers and they look like an embedding; else 0.
    /// </summary>
    public int Dim => _sameCount && _allNumbers && _firstCount >= (_anyFraction ? 2 : 16) ? _firstCount : 0;

    /// <summary>What ids of this column are made of.</summary>
    public IdKind IdKind => _allIntegers ? IdKind.Integer : _allGuids ? IdKind.Guid : IdKind.Text;

    /// <summary>The narrowest type that holds every value.</summary>
    public FieldType Type
        => _anyBytes ? FieldType.Bytes
            : _anyJson ? FieldType.Json
            : _allBooleans ? FieldType.Boolean
            : _allIntegers ? FieldType.Integer
            : _allNumbers ? FieldType.Float
            : _allDates ? FieldType.Date
            : FieldType.Keyword;

    /// <summary>Takes in the column of the source's current row.</summary>
    public void Add(RowSource source, int column)
    {
        int count = source.Select(column, multiValued: true);
        if (count == 0)
        {
            return;
        }

        _firstCount = Rows == 0 ? count : _firstCount;
        _sameCount &= count == _firstCount;
        Rows++;
        RowsOfMany += count > 1 ? 1 : 0;
        for (int position = 0; position < count; position++)
        {
            Add(source.Value(position));
        }
    }

    private void Add(in Cell cell)
    {
        if (cell.Kind == CellKind.Missing)
        {
            return;
        }

        Values++;
        bool isText = cell.Kind is CellKind.Text;
        bool isNumber = CellReader.TryFloat(cell, out _);
        bool isInteger = CellReader.IsPlainInteger(cell);
        _allIntegers &= isInteger;
        _allNumbers &= isNumber && (isInteger || !LooksCoded(cell));
        _anyFraction |= isNumber && !isInteger;
        _allBooleans &= cell.Kind == CellKind.Boolean || (isText
            && (cell.Utf8.SequenceEqual("true"u8) || cell.Utf8.SequenceEqual("false"u8)));
        _allDates &= cell.Kind == CellKind.Date || (isText && TimeText.TryIso(cell.Utf8, out _));
        _allGuids &= isText && cell.Utf8.Length == 36
            && System.Buffers.Text.Utf8Parser.TryParse(cell.Utf8, out Guid _, out int used) && used == 36;
        _anyBytes |= cell.Kind == CellKind.Bytes;
        _anyJson |= cell.Kind == CellKind.Json;
        TextBytes += cell.Utf8.Length;
        Spaced += isText && cell.Utf8.Contains((byte)' ') ? 1 : 0;
        _ = _different.Add(cell.Utf8.IsEmpty ? (ulong)cell.Integer : XxHash3.HashToUInt64(cell.Utf8));
    }

    /// <summary>Whether the text is digits that do not mean a number, such as a code with leading zeros.</summary>
    private static bool LooksCoded(in Cell cell)
        => cell.Utf8.Length > 1 && cell.Utf8[0] is (byte)'0' or (byte)'+' && cell.Utf8[1] is not (byte)'.';
}

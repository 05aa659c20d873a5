namespace Linr.Formats.Text;

/// <summary>
/// The records of a CSV-like file as spans of bytes: RFC 4180 quotes (a quoted column may hold delimiters, line ends
/// and doubled quotes), LF or CRLF, a delimiter of one or more bytes. Blank lines are passed over. Nothing is allocated
/// a record. No reader of the package registry keeps byte spans, physical line numbers and a delimiter such as
/// <c>::</c>.
/// </summary>
internal sealed class DelimitedReader : IDisposable
{
    /// <summary>The most columns of a record.</summary>
    public const int ColumnsMax = 16_384;

    private readonly string _path;
    private readonly ByteWindow _window;
    private readonly byte[] _delimiter;
    private readonly bool _quotes;
    private readonly int _rowBytesMax;
    private (int Start, int Length, bool Doubled)[] _columns = new (int, int, bool)[16];
    private int _recordBytes;
    private long _nextLine = 1;

    public DelimitedReader(string path, Stream stream, byte[] delimiter, bool quotes, int rowBytesMax)
    {
        _path = path;
        _window = new ByteWindow(path, stream, rowBytesMax);
        _delimiter = delimiter;
        _quotes = quotes;
        _rowBytesMax = rowBytesMax;
    }

    private enum Scan
    {
        More,
        Done,
        AfterQuote,
        OpenQuote,
        TooManyColumns,
    }

    /// <summary>The line on which the current record starts, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>The columns of the current record.</summary>
    public int Count { get; private set; }

    /// <summary>A column of the current record, without its quotes.</summary>
    public ReadOnlySpan<byte> this[int column]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(column, Count);
            return _window.Bytes.Slice(_columns[column].Start, _columns[column].Length);
        }
    }

    /// <summary>Moves to the next record; false at the end.</summary>
    /// <exception cref="DataFormatException">The record is bad; the next call goes on after it.</exception>
    public bool Read()
    {
        while (true)
        {
            // The record before stays in the window until now: its columns are spans of it.
            _window.Consume(_recordBytes);
            _recordBytes = 0;
            Line = _nextLine;
            Scan result;
            int length;
            while ((result = ScanRecord(out length)) == Scan.More)
            {
                if (!_window.Fill())
                {
                    SkipLine();
                    throw Error($"a row of at most {_rowBytesMax} bytes", "a longer one");
                }
            }

            _recordBytes = length;
            _nextLine += _window.Bytes[..length].Count((byte)'\n');
            if (result != Scan.Done)
            {
                throw Bad(result);
            }

            if (length == 0)
            {
                return false;
            }

            if (Count > 1 || _columns[0].Length > 0)
            {
                Undouble();
                return true;
            }
        }
    }

    /// <summary>An error about the current record.</summary>
    public DataFormatException Error(string expected, string found)
        => DataFormatException.OfRow(_path, "line", Line, column: null, expected, found);

    /// <inheritdoc/>
    public void Dispose() => _window.Dispose();

    private DataFormatException Bad(Scan result) => result switch
    {
        Scan.AfterQuote => Error("a delimiter or the end of the line after a closing quote", "other text"),
        Scan.OpenQuote => Error("a closing quote", "the end of the file"),
        _ => Error($"at most {ColumnsMax} columns", "more"),
    };

    /// <summary>Finds the columns of the record at the start of the window; its length counts the line end.</summary>
    private Scan ScanRecord(out int length)
    {
        ReadOnlySpan<byte> bytes = _window.Bytes;
        bool ended = _window.Ended;
        int at = 0;
        Count = 0;
        length = 0;
        if (bytes.IsEmpty)
        {
            AddColumn(0, 0, doubled: false);
            return ended ? Scan.Done : Scan.More;
        }

        while (true)
        {
            int start = at;
            int columnLength;
            bool doubled = false;
            if (_quotes && at < bytes.Length && bytes[at] == '"')
            {
                int close = FindClosingQuote(bytes, at + 1, out doubled);
                if (close < 0 || (close == bytes.Length - 1 && !ended))
                {
                    length = bytes.Length;
                    return ended ? Scan.OpenQuote : Scan.More;
                }

                start++;
                columnLength = close - start;
                at = close + 1;
                if (!AtEnd(bytes[at..], ended, out bool more))
                {
                    return more ? Scan.More : SkipBadRecord(bytes, at, ended, Scan.AfterQuote, out length);
                }
            }
            else
            {
                int found = FindEnd(bytes[at..]);
                if (found < 0 && !ended)
                {
                    return Scan.More;
                }

                at = found < 0 ? bytes.Length : at + found;
                bool cut = at > start && bytes[at - 1] == '\r' && (at == bytes.Length || bytes[at] == '\n');
                columnLength = at - start - (cut ? 1 : 0);
            }

            if (Count == ColumnsMax)
            {
                return SkipBadRecord(bytes, at, ended, Scan.TooManyColumns, out length);
            }

            AddColumn(start, columnLength, doubled);
            if (bytes[at..].StartsWith(_delimiter))
            {
                at += _delimiter.Length;
                continue;
            }

            length = at + LineEndLength(bytes[at..]);
            return Scan.Done;
        }
    }

    /// <summary>Whether a delimiter, a line end or the end of the file comes next.</summary>
    private bool AtEnd(ReadOnlySpan<byte> rest, bool ended, out bool more)
    {
        more = !ended && rest.Length < Math.Max(2, _delimiter.Length);
        return !more && (rest.IsEmpty || rest.StartsWith(_delimiter) || LineEndLength(rest) > 0);
    }

    private static int LineEndLength(ReadOnlySpan<byte> rest)
        => rest.StartsWith("\n"u8) ? 1 : rest.StartsWith("\r\n"u8) ? 2 : rest.Length == 1 && rest[0] == '\r' ? 1 : 0;

    private static int FindClosingQuote(ReadOnlySpan<byte> bytes, int at, out bool doubled)
    {
        doubled = false;
        while (true)
        {
            int found = bytes[at..].IndexOf((byte)'"');
            if (found < 0)
            {
                return -1;
            }

            at += found;
            if (at + 1 >= bytes.Length || bytes[at + 1] != '"')
            {
                return at;
            }

            doubled = true;
            at += 2;
        }
    }

    /// <summary>The first delimiter or line feed; -1 when the bytes have none, or may end within one.</summary>
    private int FindEnd(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        while (true)
        {
            int found = bytes[at..].IndexOfAny(_delimiter[0], (byte)'\n');
            if (found < 0)
            {
                return -1;
            }

            at += found;
            if (bytes[at] == '\n' || bytes[at..].StartsWith(_delimiter))
            {
                return at;
            }

            at++;
        }
    }

    private static Scan SkipBadRecord(ReadOnlySpan<byte> bytes, int at, bool ended, Scan result, out int length)
    {
        int found = bytes[at..].IndexOf((byte)'\n');
        length = found < 0 ? bytes.Length : at + found + 1;
        return found < 0 && !ended ? Scan.More : result;
    }

    private void SkipLine()
    {
        while (true)
        {
            int found = _window.Bytes.IndexOf((byte)'\n');
            _window.Consume(found < 0 ? _window.Bytes.Length : found + 1);
            if (found >= 0 || _window.Ended)
            {
                _nextLine++;
                return;
            }

            _window.Fill();
        }
    }

    private void AddColumn(int start, int length, bool doubled)
    {
        if (Count == _columns.Length)
        {
            Array.Resize(ref _columns, 2 * _columns.Length);
        }

        _columns[Count++] = (start, length, doubled);
    }

    private void Undouble()
    {
        for (int column = 0; column < Count; column++)
        {
            (int start, int length, bool doubled) = _columns[column];
            if (!doubled)
            {
                continue;
            }

            Span<byte> text = _window.Bytes.Slice(start, length);
            int to = 0;
            for (int from = 0; from < text.Length; from++)
            {
                text[to++] = text[from];
                from += text[from] == '"' ? 1 : 0;
            }

            _columns[column] = (start, to, false);
        }
    }
}

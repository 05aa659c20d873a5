namespace Linr.Formats.Text;

/// <summary>The rows of a JSON Lines file: one object a line.</summary>
internal sealed class JsonLinesSource(string path, int rowBytesMax) : JsonRowSource(path)
{
    private readonly ByteWindow _window = new(path, DataFile.OpenRead(path), rowBytesMax);
    private int _lineBytes;
    private long _nextLine = 1;

    /// <inheritdoc/>
    public override string PositionUnit => "line";

    /// <inheritdoc/>
    protected override ReadOnlySpan<byte> Row => _window.Bytes;

    /// <inheritdoc/>
    public override bool Read()
    {
        ReadOnlySpan<byte> line;
        do
        {
            if (!ReadLine(out line))
            {
                return false;
            }
        }
        while (line.Trim(" \t\r"u8).IsEmpty);

        Parse(line);
        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _window.Dispose();

    private bool ReadLine(out ReadOnlySpan<byte> line)
    {
        _window.Consume(_lineBytes);
        _lineBytes = 0;
        Position = _nextLine++;
        while (true)
        {
            int end = _window.Bytes.IndexOf((byte)'\n');
            if (end >= 0 || _window.Ended)
            {
                _lineBytes = end >= 0 ? end + 1 : _window.Bytes.Length;
                line = _window.Bytes[..(end >= 0 ? end : _lineBytes)];
                return _lineBytes > 0;
            }

            if (!_window.Fill())
            {
                SkipLine();
                throw Error(-1, $"a row of at most {rowBytesMax} bytes", "a longer one");
            }
        }
    }

    private void SkipLine()
    {
        int end;
        while ((end = _window.Bytes.IndexOf((byte)'\n')) < 0 && !_window.Ended)
        {
            _window.Consume(_window.Bytes.Length);
            _window.Fill();
        }

        _window.Consume(end < 0 ? _window.Bytes.Length : end + 1);
    }
}

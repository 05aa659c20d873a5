namespace Linr.Formats.Text;

/// <summary>A window that moves over a stream of text: the bytes read and not yet consumed.</summary>
internal sealed class ByteWindow(string path, Stream stream, int bytesMax) : IDisposable
{
    private const int FirstBytes = 1 << 16;
    private byte[] _buffer = new byte[Math.Min(FirstBytes, bytesMax)];
    private int _start;
    private int _end;
    private bool _started;

    /// <summary>Whether the stream has no more bytes than the window holds.</summary>
    public bool Ended { get; private set; }

    /// <summary>The bytes not yet consumed.</summary>
    public Span<byte> Bytes => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Leaves the first bytes behind.</summary>
    public void Consume(int count) => _start += count;

    /// <summary>Reads more bytes behind those in the window; the first call drops a byte order mark.</summary>
    /// <returns>False when the window already holds the most bytes that it may.</returns>
    /// <exception cref="DataFormatException">
    /// The file is UTF-16, or is no gzip file though its name says so.
    /// </exception>
    public bool Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= bytesMax)
            {
                return false;
            }

            Array.Resize(ref _buffer, (int)Math.Min(2L * _buffer.Length, bytesMax));
        }

        int count = ReadSome();
        _end += count;
        Ended = count == 0;
        if (!_started && (_end >= 3 || Ended))
        {
            _started = true;
            SkipByteOrderMark();
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    private int ReadSome()
    {
        try
        {
            return stream.Read(_buffer.AsSpan(_end));
        }
        catch (InvalidDataException)
        {
            throw DataFormatException.OfFile(path, "gzip data, as the name says", "something else or a damaged file");
        }
    }

    private void SkipByteOrderMark()
    {
        if (Bytes.StartsWith("\uFEFF"u8))
        {
            Consume(3);
        }
        else if (Bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            throw DataFormatException.OfFile(path, "UTF-8 text", "a UTF-16 byte order mark");
        }
    }
}

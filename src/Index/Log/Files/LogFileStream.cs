namespace Linr.Index.Log.Files;

/// <summary>
/// Writes a file of a log's file layer from its start to its end, in large pieces. It does not own the file.
/// </summary>
internal sealed class LogFileStream(ILogFile file) : Stream
{
    private const int PieceBytes = 1024 * 1024;

    private readonly byte[] _piece = new byte[PieceBytes];
    private int _count;
    private long _written;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => Position;

    public override long Position
    {
        get => _written + _count;
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            int count = Math.Min(buffer.Length, PieceBytes - _count);
            buffer[..count].CopyTo(_piece.AsSpan(_count));
            _count += count;
            buffer = buffer[count..];
            if (_count == PieceBytes)
            {
                Flush();
            }
        }
    }

    /// <summary>Writes what it holds; the file is not synced.</summary>
    public override void Flush()
    {
        file.Write(_piece.AsSpan(0, _count), _written);
        _written += _count;
        _count = 0;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

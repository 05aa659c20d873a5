using System.Runtime.InteropServices;
using System.Text;

namespace Linr.Formats;

/// <summary>Writes <c>.npy</c> or fvecs, and the ids beside it, one a line.</summary>
internal sealed class MatrixWriter : EmbeddingWriter
{
    private readonly FileStream _stream;
    private readonly StreamWriter _ids;
    private readonly int _dim;
    private readonly bool _isNpy;
    private long _rows;

    public MatrixWriter(string path, int dim, IdKind idKind, bool isNpy)
        : base(dim, idKind)
    {
        _dim = dim;
        _isNpy = isNpy;
        _stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 20);
        _ids = new StreamWriter(
            EmbeddingFile.DefaultIdsPath(path),
            append: false,
            new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        if (isNpy)
        {
            NpyHeader.Write(_stream, 0, dim);
        }
    }

    /// <inheritdoc/>
    private protected override void WriteRow(ItemId id, ReadOnlySpan<float> embedding)
    {
        string text = id.ToString();
        if (text.AsSpan().ContainsAny('\n', '\r'))
        {
            throw new ArgumentException(
                $"Expected ids without line ends, as they stand one a line; found {DataFormatException.Quote(text)}.",
                nameof(id));
        }

        _ids.Write(text);
        _ids.Write('\n');
        if (!_isNpy)
        {
            _stream.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in _dim)));
        }

        _stream.Write(MemoryMarshal.AsBytes(embedding));
        _rows++;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_isNpy)
        {
            _stream.Position = 0;
            NpyHeader.Write(_stream, _rows, _dim);
        }

        _ids.Dispose();
        _stream.Dispose();
    }
}

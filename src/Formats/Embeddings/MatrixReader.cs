using System.Runtime.InteropServices;
using Linr.Formats.Rows;

namespace Linr.Formats;

/// <summary>The embeddings of a <c>.npy</c>, fvecs, bvecs or ivecs file.</summary>
internal sealed class MatrixReader : EmbeddingReader
{
    private const int BufferBytes = 1 << 20;
    private readonly FileStream _stream;
    private readonly MatrixLayout _layout;
    private readonly IdLines? _ids;
    private readonly string? _idsPath;
    private readonly float[] _values;
    private readonly byte[] _buffer;
    private int _start;
    private int _end;
    private long _row = -1;
    private ItemId _id;

    public MatrixReader(string path, MatrixLayout layout, EmbeddingOptions options, ReadReport? report)
        : base(path, options.SkipBadRows, report)
    {
        _layout = layout;
        _values = new float[layout.Dim];
        _buffer = new byte[Math.Max(BufferBytes / layout.RowBytes, 1) * layout.RowBytes];
        string beside = EmbeddingFile.DefaultIdsPath(path);
        _idsPath = options.IdsPath ?? (File.Exists(beside) ? beside : null);
        _ids = _idsPath is null ? null : new IdLines(_idsPath, options.IdKind);
        _stream = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan)
        {
            Position = layout.Start,
        };
    }

    /// <inheritdoc/>
    public override int Dim => _layout.Dim;

    /// <inheritdoc/>
    public override long? Count => _layout.Rows;

    /// <inheritdoc/>
    public override bool HasIds => _ids is not null;

    /// <inheritdoc/>
    public override ItemId Id => _id;

    /// <inheritdoc/>
    public override ReadOnlySpan<float> Values => _values;

    /// <inheritdoc/>
    private protected override bool ReadRow()
    {
        if (_row + 1 >= _layout.Rows)
        {
            return _ids is null || !_ids.TryRead(out _) ? false : throw WrongIds("more");
        }

        _row++;
        _id = new ItemId(_row);
        if (_ids is not null && !_ids.TryRead(out _id))
        {
            throw WrongIds($"{_row}");
        }

        ReadOnlySpan<byte> row = NextRow();
        if (_layout.PrefixBytes > 0 && MemoryMarshal.Read<int>(row) != Dim)
        {
            throw DataFormatException.OfFile(
                Path, $"rows of {Dim} numbers, as the first", $"{MemoryMarshal.Read<int>(row)} in row {_row + 1}");
        }

        Convert(row[_layout.PrefixBytes..]);
        foreach (float value in _values)
        {
            if (!float.IsFinite(value))
            {
                throw DataFormatException.OfRow(
                    Path, "row", _row + 1, null, "finite numbers", Cell.OfFloat(value).Describe());
            }
        }

        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _ids?.Dispose();
        _stream.Dispose();
    }

    private DataFormatException WrongIds(string found)
        => DataFormatException.OfFile(_idsPath!, $"{_layout.Rows} ids, one for each row of {Path}", found);

    private ReadOnlySpan<byte> NextRow()
    {
        if (_start == _end)
        {
            _start = 0;
            _end = (int)Math.Min(_buffer.Length, (_layout.Rows - _row) * _layout.RowBytes);
            _stream.ReadExactly(_buffer, 0, _end);
        }

        ReadOnlySpan<byte> row = _buffer.AsSpan(_start, _layout.RowBytes);
        _start += _layout.RowBytes;
        return row;
    }

    private void Convert(ReadOnlySpan<byte> row)
    {
        switch (_layout.Element)
        {
            case MatrixElement.Float32:
                MemoryMarshal.Cast<byte, float>(row).CopyTo(_values);
                break;
            case MatrixElement.Float16:
                Fill(MemoryMarshal.Cast<byte, Half>(row), static value => (float)value);
                break;
            case MatrixElement.Float64:
                Fill(MemoryMarshal.Cast<byte, double>(row), static value => (float)value);
                break;
            case MatrixElement.Int32:
                Fill(MemoryMarshal.Cast<byte, int>(row), static value => value);
                break;
            default:
                Fill(row, static value => value);
                break;
        }
    }

    private void Fill<T>(ReadOnlySpan<T> row, Func<T, float> toFloat)
    {
        for (int position = 0; position < row.Length; position++)
        {
            _values[position] = toFloat(row[position]);
        }
    }
}

using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;
using Linr.Formats.Rows;

namespace Linr.Formats.Columnar;

/// <summary>
/// The rows of an Arrow IPC file or stream. One record batch is in memory at a time. Columns are plain values, lists or
/// lists of a fixed size; dictionary-encoded columns are read through.
/// </summary>
internal sealed class ArrowSource : RowSource
{
    private const string Kind = "an Arrow file";
    private readonly FileStream _stream;
    private readonly ArrowStreamReader _reader;
    private readonly List<string> _columns = [];
    private RecordBatch? _batch;
    private IArrowArray? _values;
    private int _first;
    private int _row;

    /// <exception cref="DataFormatException">The file is no Arrow file.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public ArrowSource(string path)
        : base(path)
    {
        _stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            Span<byte> magic = stackalloc byte[6];
            bool isFile = _stream.ReadAtLeast(magic, 6, throwOnEndOfStream: false) == 6
                && magic.SequenceEqual("ARROW1"u8);
            _stream.Position = 0;
            var memory = new NativeMemoryAllocator();
            var codecs = new CompressionCodecFactory();
            _reader = isFile
                ? new ArrowFileReader(_stream, memory, codecs, leaveOpen: true)
                : new ArrowStreamReader(_stream, memory, codecs, leaveOpen: true);
            _batch = _reader.ReadNextRecordBatch();
            foreach (Field field in _reader.Schema.FieldsList)
            {
                _columns.Add(field.Name);
            }
        }
        catch (Exception error) when (Damage.IsIn(error))
        {
            _stream.Dispose();
            throw Damage.Of(path, Kind, error);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => _columns;

    /// <inheritdoc/>
    public override int Find(ColumnRef column) => FindAmong(_columns, column);

    /// <inheritdoc/>
    public override bool Read()
    {
        while (_batch is not null && _row == _batch.Length)
        {
            _batch.Dispose();
            _batch = Next();
            _row = 0;
        }

        if (_batch is null)
        {
            return false;
        }

        _row++;
        Position++;
        return true;
    }

    /// <inheritdoc/>
    public override int Select(int column, bool multiValued)
    {
        try
        {
            IArrowArray array = _batch!.Column(column);
            int row = _row - 1;
            if (array.IsNull(row))
            {
                return 0;
            }

            (_values, _first, int count) = array switch
            {
                FixedSizeListArray list => Slice(list, row, ((FixedSizeListType)list.Data.DataType).ListSize),
                ListArray list => (list.Values, list.ValueOffsets[row], list.GetValueLength(row)),
                LargeListArray list => (list.Values, checked((int)list.ValueOffsets[row]), list.GetValueLength(row)),
                _ => (array, row, 1),
            };
            return count < 0 || _first < 0 || _first > _values.Length - count
                ? throw DataFormatException.OfFile(Path, "lists within their values", $"row {Position} beyond them")
                : count;
        }
        catch (Exception error) when (Damage.IsIn(error))
        {
            throw Damage.Of(Path, Kind, error);
        }

        static (IArrowArray, int, int) Slice(FixedSizeListArray list, int row, int size)
            => (list.Values, (list.Offset + row) * size, size);
    }

    /// <inheritdoc/>
    public override Cell Value(int position)
    {
        try
        {
            return ArrowCells.TryRead(_values!, _first + position, out Cell cell)
                ? cell
                : throw DataFormatException.OfFile(
                    Path,
                    "columns of strings, bytes, numbers, booleans, dates or lists of them",
                    _values!.Data.DataType.Name);
        }
        catch (Exception error) when (Damage.IsIn(error))
        {
            throw Damage.Of(Path, Kind, error);
        }
    }

    /// <inheritdoc/>
    public override bool TryCopyFloats(Span<float> values)
    {
        if (_values is not FloatArray { NullCount: 0 } floats || floats.Values.Length < _first + values.Length)
        {
            return false;
        }

        floats.Values.Slice(_first, values.Length).CopyTo(values);
        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _batch?.Dispose();
        _reader.Dispose();
        _stream.Dispose();
    }

    /// <summary>The next batch; the library's own errors do not say which file is wrong.</summary>
    private RecordBatch? Next()
    {
        try
        {
            return _reader.ReadNextRecordBatch();
        }
        catch (Exception error) when (Damage.IsIn(error))
        {
            throw Damage.Of(Path, Kind, error);
        }
    }
}

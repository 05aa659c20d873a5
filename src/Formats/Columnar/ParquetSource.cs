using Linr.Formats.Rows;
using Parquet;
using Parquet.Schema;

namespace Linr.Formats.Columnar;

/// <summary>
/// The rows of a Parquet file. One row group is in memory at a time, and of it only the columns that are asked for.
/// Columns are plain values or lists of plain values; others (structs, maps, lists of lists) are not there.
/// </summary>
internal sealed class ParquetSource : RowSource
{
    private const string Kind = "a Parquet file";
    private readonly FileStream _stream;
    private readonly ParquetReader _reader;
    private readonly List<string> _columns = [];
    private readonly List<DataField> _fields = [];
    private readonly ParquetColumn?[] _loaded;
    private ParquetRowGroupReader? _group;
    private ParquetColumn? _selected;
    private int _nextGroup;
    private int _row = -1;
    private int _groupRows;

    /// <exception cref="DataFormatException">The file is no Parquet file.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public ParquetSource(string path)
        : base(path)
    {
        _stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            _reader = ParquetReader.CreateAsync(_stream).GetAwaiter().GetResult();
            foreach (Field field in _reader.Schema.Fields)
            {
                DataField? leaf = field as DataField ?? (field as ListField)?.Item as DataField;
                if (leaf is not null)
                {
                    _columns.Add(field.Name);
                    _fields.Add(leaf);
                }
            }
        }
        catch (Exception error) when (Damage.IsIn(error))
        {
            _stream.Dispose();
            throw Damage.Of(path, Kind, error);
        }

        _loaded = new ParquetColumn?[_columns.Count];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => _columns;

    /// <inheritdoc/>
    public override int Find(ColumnRef column) => FindAmong(_columns, column);

    /// <inheritdoc/>
    public override bool Read()
    {
        while (++_row >= _groupRows)
        {
            CloseGroup();
            if (_nextGroup == _reader.RowGroupCount)
            {
                return false;
            }

            _group = Checked(() => _reader.OpenRowGroupReader(_nextGroup++));
            _groupRows = checked((int)_group.RowCount);
            _row = -1;
        }

        Position++;
        return true;
    }

    /// <inheritdoc/>
    public override int Select(int column, bool multiValued)
    {
        _selected = _loaded[column] ??= Checked(
            () => ParquetColumn.Load(_group!, _fields[column], _groupRows) ?? throw DataFormatException.OfFile(
                Path, ParquetColumn.Expected, $"\"{_columns[column]}\" of {_fields[column].ClrType.Name}"));
        return _selected.Select(_row);
    }

    /// <inheritdoc/>
    public override Cell Value(int position) => _selected!.Value(position);

    /// <inheritdoc/>
    public override bool TryCopyFloats(Span<float> values) => _selected!.TryCopyFloats(values);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        CloseGroup();
        _reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _stream.Dispose();
    }

    private void CloseGroup()
    {
        foreach (ParquetColumn? column in _loaded)
        {
            column?.Dispose();
        }

        Array.Clear(_loaded);
        _group?.Dispose();
        _group = null;
        _groupRows = 0;
        _row = -1;
    }

    /// <summary>Runs a step of the library, whose own errors do not say which file is wrong.</summary>
    private T Checked<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception error) when (Damage.IsIn(error))
        {
            throw Damage.Of(Path, Kind, error);
        }
    }
}

using Linr.Formats.Rows;

namespace Linr.Formats;

/// <summary>
/// Changes of items from rows: each is an item that is put in whole, unless its column <c>$op</c> says <c>update</c>
/// (what it names replaces what the item has) or <c>delete</c>; a column <c>$version</c> is the change's version.
/// </summary>
internal sealed class ItemChangeReader
{
    /// <summary>The column of what a row does; no field can have this name.</summary>
    public const string KindColumn = "$op";

    /// <summary>The column of a row's version.</summary>
    public const string VersionColumn = "$version";

    private readonly RowSource _source;
    private readonly ItemReader _items;
    private readonly HashSet<string> _known;
    private readonly int _kind;
    private readonly int _version;
    private int _columnsSeen;

    /// <param name="source">The rows.</param>
    /// <param name="options">Options that state a schema.</param>
    /// <exception cref="DataFormatException">
    /// The rows cannot have the id, or a column that the options name.
    /// </exception>
    public ItemChangeReader(RowSource source, ItemOptions options)
    {
        _source = source;
        ColumnRef id = ItemFile.IdColumn(source, options);
        _items = new ItemReader(source, options, report: null, isPart: true);
        _kind = source.Find(KindColumn);
        _version = source.Find(VersionColumn);
        IEnumerable<string> names = options.Schema!.Fields.Select(field => field.Name)
            .Concat(options.Schema.Embeddings.Select(embedding => embedding.Name));
        IEnumerable<ColumnRef> known = names.Select(
            name => options.Columns.TryGetValue(name, out ColumnRef column) ? column : ColumnRef.OfName(name));
        _known =
        [
            KindColumn, VersionColumn,
            .. known.Append(id).Select(column => column.Name ?? source.Columns[column.Place - 1]),
        ];
    }

    /// <summary>Names of columns that rows have and no field or embedding is read of, each once.</summary>
    public IEnumerable<string> TakeNewUnknownColumns()
    {
        for (; _columnsSeen < _source.Columns.Count; _columnsSeen++)
        {
            if (!_known.Contains(_source.Columns[_columnsSeen]))
            {
                yield return _source.Columns[_columnsSeen];
            }
        }
    }

    /// <summary>The change that the current row of the source is.</summary>
    /// <exception cref="DataFormatException">The row is bad.</exception>
    public ItemChange Read() => Read(ReadKind(), ReadVersion());

    /// <summary>The current row's item as a change of a kind that is known otherwise.</summary>
    /// <inheritdoc cref="Read()"/>
    public ItemChange Read(ChangeKind kind, long? version) => kind switch
    {
        ChangeKind.Upsert => ItemChange.Upsert(_items.ReadItem(isPart: false), version),
        ChangeKind.Update => ItemChange.Update(_items.ReadItem(isPart: true), version),
        _ => ItemChange.Delete(_items.ReadId(), version),
    };

    /// <summary>What <see cref="VersionColumn"/> says; null where it is not there.</summary>
    /// <exception cref="DataFormatException">It is no integer.</exception>
    public long? ReadVersion()
    {
        if (_version < 0 || _source.Select(_version, multiValued: false) == 0)
        {
            return null;
        }

        Cell cell = _source.Value(0);
        return CellReader.TryInteger(cell, out long version)
            ? version
            : throw _source.Error(_version, "a 64-bit integer", cell.Describe());
    }

    private ChangeKind ReadKind()
    {
        if (_kind < 0 || _source.Select(_kind, multiValued: false) == 0)
        {
            return ChangeKind.Upsert;
        }

        Cell cell = _source.Value(0);
        return cell.Utf8 switch
        {
            var text when text.SequenceEqual("upsert"u8) => ChangeKind.Upsert,
            var text when text.SequenceEqual("update"u8) => ChangeKind.Update,
            var text when text.SequenceEqual("delete"u8) => ChangeKind.Delete,
            _ => throw _source.Error(_kind, "\"upsert\", \"update\" or \"delete\"", cell.Describe()),
        };
    }
}

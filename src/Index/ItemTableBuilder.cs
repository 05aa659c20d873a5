using Linr.Index.Columns;
using Linr.Index.Embeddings;
using Linr.Index.Ids;

namespace Linr.Index;

/// <summary>
/// Collects items and makes a table of them. Items come one by one or in batches, checked against the schema; or in
/// bulk: ids first, then values and embeddings by row. For one thread. Dispose it whether or not it was built.
/// </summary>
public sealed partial class ItemTableBuilder : IDisposable
{
    private readonly DuplicateIds _duplicates;
    private readonly ItemCheck _check;
    private IdColumn _ids;
    private IdMap _idMap;
    private ColumnBuilder[] _columns;
    private EmbeddingColumnBuilder[] _embeddings;

    /// <summary>A builder with no item yet.</summary>
    /// <param name="schema">What every item looks like.</param>
    /// <param name="duplicates">What happens to an item whose id an earlier item has.</param>
    /// <exception cref="SchemaException">The schema is not valid.</exception>
    public ItemTableBuilder(Schema schema, DuplicateIds duplicates = DuplicateIds.Refuse)
    {
        SchemaValidator.ThrowIfInvalid(schema);
        Schema = schema;
        _duplicates = duplicates;
        _check = new ItemCheck(schema);
        Start();
    }

    /// <summary>What every item looks like.</summary>
    public Schema Schema { get; }

    /// <summary>How many items so far.</summary>
    public long Rows => _ids.Count;

    /// <summary>Appends an item, or replaces the one with its id where that is allowed.</summary>
    /// <returns>Its row.</returns>
    /// <exception cref="ItemException">
    /// It does not fit the schema or its id is taken; nothing of it was stored.
    /// </exception>
    public uint Append(Item item)
    {
        var problems = new List<string>();
        return TryAppend(item, problems, out uint row) ? row : throw new ItemException(problems);
    }

    /// <summary>Appends items, all or none of them.</summary>
    /// <exception cref="ItemException">
    /// Some do not fit the schema or have an id that is taken; none was stored.
    /// </exception>
    public void Append(IReadOnlyCollection<Item> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        var problems = new List<string>();
        var batchIds = new HashSet<ItemId>();
        foreach (Item item in items)
        {
            FindProblems(item, problems);
            if (_duplicates == DuplicateIds.Refuse && !batchIds.Add(item.Id))
            {
                problems.Add($"Item {item.Id}: expected an id once; found it twice in one batch");
            }
        }

        if (problems.Count > 0)
        {
            throw new ItemException(problems);
        }

        foreach (Item item in items)
        {
            Store(item);
        }
    }

    /// <summary>
    /// Appends an item of another table of the same schema, or of one with embeddings that this has none of, bit for bit.
    /// </summary>
    /// <returns>Its row.</returns>
    internal uint Append(ItemTable source, uint row)
    {
        uint to = StoreId(source.Ids.Read(row));
        for (int column = 0; column < _columns.Length; column++)
        {
            _columns[column].Set(to, source.Columns[column].Read(row));
        }

        for (int column = 0; column < _embeddings.Length; column++)
        {
            _embeddings[column].Copy(source.Embeddings[column], row, to);
        }

        return to;
    }

    /// <summary>Appends an item if it fits, without throwing for one that does not.</summary>
    /// <param name="item">The item.</param>
    /// <param name="problems">Where all that is wrong with it is added, each problem naming item and field.</param>
    /// <param name="row">Its row.</param>
    /// <returns>Whether it was stored; if not, nothing of it was.</returns>
    public bool TryAppend(Item item, ICollection<string> problems, out uint row)
    {
        ArgumentNullException.ThrowIfNull(item);
        ArgumentNullException.ThrowIfNull(problems);
        row = IdMap.NoRow;
        if (!FindProblems(item, problems))
        {
            row = Store(item);
        }

        return row != IdMap.NoRow;
    }

    /// <summary>The row of an item that was appended; false when there is none of that id.</summary>
    public bool TryFindRow(ItemId id, out uint row)
    {
        row = IdMap.NoRow;
        return id.Kind == Schema.IdKind && Map.TryFind(id, out row);
    }

    /// <summary>Makes the table; the builder is empty then.</summary>
    /// <exception cref="ItemException">Items lack an embedding; the builder is as before.</exception>
    public ItemTable Build()
    {
        ThrowIfEmbeddingsMissing();
        long rows = Rows;
        _ids.Trim();
        Column[] columns = [.. _columns.Select(column => column.Build(rows))];
        EmbeddingColumn[] embeddings = [.. _embeddings.Select(column => column.Build(rows))];
        var table = new ItemTable(Schema, _ids, columns, embeddings, TakeMap(), backing: null);
        DisposeColumns();
        Start();
        return table;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _idMap.Dispose();
        _ids.Dispose();
        DisposeColumns();
    }

    /// <summary>The map, of ids too that came in ascending order and needed none.</summary>
    private IdMap Map
    {
        get
        {
            if (_idMap.Count < _ids.Count)
            {
                _idMap.Reserve(_ids.Count);
                while (_idMap.Count < _ids.Count)
                {
                    _idMap.Add((uint)_idMap.Count);
                }
            }

            return _idMap;
        }
    }

    private Lazy<IdMap> TakeMap()
    {
        if (_idMap.Count == _ids.Count)
        {
            return new Lazy<IdMap>(_idMap);
        }

        _idMap.Dispose();
        IdColumn ids = _ids;
        return new Lazy<IdMap>(() => IdMap.Of(ids, out _));
    }

    [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(_ids), nameof(_idMap), nameof(_columns), nameof(_embeddings))]
    private void Start()
    {
        _ids = Schema.IdKind switch
        {
            IdKind.Integer => new IntegerIds(BlockStore<long>.OfRows(), 0),
            IdKind.Guid => new GuidIds(BlockStore<byte>.OfRows(GuidIds.IdBytes), 0),
            _ => new TextIds(new BytesStore()),
        };
        _idMap = new IdMap(_ids);
        _columns = [.. Schema.Fields.Select(ColumnBuilder.For)];
        _embeddings = [.. Schema.Embeddings.Select(embedding => new EmbeddingColumnBuilder(embedding))];
    }

    private bool FindProblems(Item item, ICollection<string> problems)
    {
        ArgumentNullException.ThrowIfNull(item);
        int before = problems.Count;
        FindIdProblems(item.Id, mayReplace: _duplicates == DuplicateIds.LastWins, problems);
        _check.AddProblems(item, problems);
        return problems.Count > before;
    }

    private bool FindIdProblems(ItemId id, bool mayReplace, ICollection<string> problems)
    {
        int before = problems.Count;
        if (!_check.AddIdProblems(id, Rows, problems) && !mayReplace && Map.TryFind(id, out _))
        {
            problems.Add($"Item {id}: expected an id once; found it again");
        }

        return problems.Count > before;
    }

    private uint Store(Item item)
    {
        if (!Map.TryFind(item.Id, out uint row))
        {
            row = StoreId(item.Id);
        }

        foreach (ColumnBuilder column in _columns)
        {
            column.Set(row, item.Fields.TryGetValue(column.Field.Name, out IReadOnlyList<Value>? values)
                ? ItemCheck.Convert(column.Field, values) : []);
        }

        foreach (EmbeddingColumnBuilder column in _embeddings)
        {
            if (item.Embeddings.TryGetValue(column.Schema.Name, out ReadOnlyMemory<float> embedding))
            {
                column.SetChecked(row, embedding.Span, EmbeddingNorm.Of(embedding.Span));
            }
        }

        return row;
    }

    private uint StoreId(ItemId id)
    {
        IdMap map = Map;
        uint row = (uint)_ids.Count;
        _ids.Append(id);
        map.Add(row);
        return row;
    }

    private void ThrowIfEmbeddingsMissing()
    {
        var problems = new List<string>();
        foreach (EmbeddingColumnBuilder column in _embeddings)
        {
            if (column.FirstMissing(Rows, out long missing) is { } row)
            {
                problems.Add($"embedding \"{column.Schema.Name}\": {missing} of {Rows} items have none; "
                    + $"the first is {_ids.Read(row)}");
            }
        }

        if (problems.Count > 0)
        {
            throw new ItemException(problems);
        }
    }

    private void DisposeColumns()
    {
        foreach (ColumnBuilder column in _columns)
        {
            column.Dispose();
        }

        foreach (EmbeddingColumnBuilder column in _embeddings)
        {
            column.Dispose();
        }
    }
}

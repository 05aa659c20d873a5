using Linr.Index.Columns;
using Linr.Index.Embeddings;
using Linr.Index.Ids;
using Linr.Kernels.Scan;

namespace Linr.Index;

/// <summary>
/// All items of a model by row: ids, columns and embeddings, in blocks of <see cref="Limits.BlockRows"/> rows of owned
/// native memory or of a mapped file. Safe for concurrent readers: it never changes, but where a
/// <see cref="Live.LiveTable"/> owns it, whose views say which rows are to be read. Disposing it frees or unmaps the
/// memory.
/// </summary>
public sealed class ItemTable : IDisposable
{
    private readonly Dictionary<string, Column> _columns;
    private readonly Dictionary<string, EmbeddingColumn> _embeddings;
    private readonly Lazy<IdMap> _idMap;
    private readonly IDisposable? _backing;
    private bool _givenUp;

    /// <summary>A table of finished parts, which it owns from now on.</summary>
    /// <param name="schema">The schema, valid.</param>
    /// <param name="ids">The ids; their count is the table's.</param>
    /// <param name="columns">A column a field, in the schema's order.</param>
    /// <param name="embeddings">A column an embedding, in the schema's order.</param>
    /// <param name="idMap">The id map, or how to make it at first use.</param>
    /// <param name="backing">What owns mapped memory, disposed last; or null.</param>
    internal ItemTable(
        Schema schema,
        IdColumn ids,
        IReadOnlyList<Column> columns,
        IReadOnlyList<EmbeddingColumn> embeddings,
        Lazy<IdMap> idMap,
        IDisposable? backing)
    {
        Schema = schema;
        Ids = ids;
        Order = new IdOrder(ids);
        Columns = columns;
        Embeddings = embeddings;
        _columns = columns.ToDictionary(column => column.Field.Name);
        _embeddings = embeddings.ToDictionary(column => column.Schema.Name);
        _idMap = idMap;
        _backing = backing;
    }

    /// <summary>What every item looks like.</summary>
    public Schema Schema { get; }

    /// <summary>How many rows.</summary>
    public long Rows => Ids.Count;

    /// <summary>How many blocks.</summary>
    public int BlockCount => (int)((Rows + Limits.BlockRows - 1) / Limits.BlockRows);

    /// <summary>The ids by row.</summary>
    public IdColumn Ids { get; }

    /// <summary>Finds rows by id; made at first use when the table came from a file.</summary>
    public IdMap IdMap => _idMap.Value;

    /// <summary>The order of rows with equal scores: item key, then id.</summary>
    public RowOrder Order { get; }

    /// <summary>A column a field, in the schema's order.</summary>
    public IReadOnlyList<Column> Columns { get; }

    /// <summary>A column an embedding, in the schema's order.</summary>
    public IReadOnlyList<EmbeddingColumn> Embeddings { get; }

    /// <summary>Bytes of native memory held, the id map included once made; what is mapped is not counted.</summary>
    public long OwnedBytes
        => Ids.OwnedBytes + Columns.Sum(column => column.OwnedBytes) + Embeddings.Sum(column => column.OwnedBytes)
            + IdMapBytes;

    /// <summary>Bytes of native memory of the id map; 0 before it is made.</summary>
    internal long IdMapBytes => _idMap.IsValueCreated ? IdMap.OwnedBytes : 0;

    /// <summary>How many rows a block has.</summary>
    public int BlockRows(int block)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(block);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(block, BlockCount);
        return (int)Math.Min(Limits.BlockRows, Rows - ((long)block * Limits.BlockRows));
    }

    /// <summary>The column of a field, or null when the schema has no such field.</summary>
    public Column? FindColumn(string field) => _columns.GetValueOrDefault(field);

    /// <summary>The column of an embedding, or null when the schema has no such embedding.</summary>
    public EmbeddingColumn? FindEmbedding(string name) => _embeddings.GetValueOrDefault(name);

    /// <summary>The item of a row, with all its fields and embeddings.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public Item ReadItem(uint row) => ReadItem(row, Columns, Embeddings);

    /// <summary>A part of the item of a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="columns">The columns of the fields to read.</param>
    /// <param name="embeddingColumns">The columns of the embeddings to read.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public Item ReadItem(
        uint row, IReadOnlyList<Column> columns, IReadOnlyList<EmbeddingColumn> embeddingColumns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(embeddingColumns);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
        var fields = new Dictionary<string, IReadOnlyList<Value>>();
        foreach (Column column in columns)
        {
            IReadOnlyList<Value> values = column.Read(row);
            if (values.Count > 0)
            {
                fields.Add(column.Field.Name, values);
            }
        }

        var embeddings = new Dictionary<string, ReadOnlyMemory<float>>();
        foreach (EmbeddingColumn column in embeddingColumns)
        {
            float[] embedding = new float[column.Schema.Dim];
            column.Read(row, embedding);
            embeddings.Add(column.Schema.Name, embedding);
        }

        return new Item { Id = Ids.Read(row), Fields = fields, Embeddings = embeddings };
    }

    /// <summary>
    /// A table with the same items, fields and ids, and these embeddings instead of its own. It takes over everything
    /// that this table owns: this table must not be used any more, and disposing it does nothing.
    /// </summary>
    /// <param name="embeddings">The embeddings, a row an item; the table owns them from now on.</param>
    /// <exception cref="ArgumentException">
    /// An embedding has another number of rows, or two have the same name.
    /// </exception>
    public ItemTable WithEmbeddings(IReadOnlyList<EmbeddingColumn> embeddings)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        foreach (EmbeddingColumn column in embeddings)
        {
            if (column.Rows != Rows)
            {
                throw new ArgumentException(
                    $"Embedding \"{column.Schema.Name}\": expected {Rows} rows; found {column.Rows}.",
                    nameof(embeddings));
            }
        }

        Schema schema = Schema with { Embeddings = [.. embeddings.Select(column => column.Schema)] };
        SchemaValidator.ThrowIfInvalid(schema);
        foreach (EmbeddingColumn column in Embeddings.Except(embeddings))
        {
            column.Dispose();
        }

        _givenUp = true;
        return new ItemTable(schema, Ids, Columns, embeddings, _idMap, _backing);
    }

    /// <summary>Makes so many full blocks, of rows without items behind those that there are.</summary>
    internal void Grow(int blocks)
    {
        foreach (Column column in Columns)
        {
            column.Grow(blocks);
        }

        foreach (EmbeddingColumn column in Embeddings)
        {
            column.Grow(blocks);
        }

        // Last: there are as many rows as ids.
        Ids.Grow(blocks);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_givenUp)
        {
            return;
        }

        _givenUp = true;
        if (_idMap.IsValueCreated)
        {
            IdMap.Dispose();
        }

        Ids.Dispose();
        foreach (Column column in Columns)
        {
            column.Dispose();
        }

        foreach (EmbeddingColumn column in Embeddings)
        {
            column.Dispose();
        }

        _backing?.Dispose();
    }
}

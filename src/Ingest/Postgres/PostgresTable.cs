using Linr.Formats;

namespace Linr.Ingest.Postgres;

/// <summary>A table as it is at one moment, and how its rows become changes.</summary>
internal sealed class PostgresTable
{
    private readonly PostgresSourceOptions _options;
    private readonly string[] _read;

    /// <param name="id">The table's number.</param>
    /// <param name="name">Its name with its schema's, quoted where need be.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="options">How it is mapped.</param>
    /// <param name="schema">What it is mapped to.</param>
    /// <param name="keyColumn">The column of the id, where the options do not say.</param>
    /// <exception cref="SourceException">It does not fit.</exception>
    public PostgresTable(
        uint id,
        string name,
        IReadOnlyList<PostgresColumn> columns,
        PostgresSourceOptions options,
        Schema schema,
        string? keyColumn)
    {
        (Id, Name, Columns, _options) = (id, name, columns, options);
        KeyColumn = options.Items.Id?.ToString() ?? keyColumn
            ?? throw new SourceException(
                $"Table {name}: expected a primary key of one column, or the id's column stated; found neither.");
        ItemOptions items = options.Items with { Schema = schema, Id = ColumnRef.OfName(KeyColumn) };
        ColumnCheck.Run(name, columns, items, KeyColumn);
        HashSet<string> embeddings = [.. schema.Embeddings.Select(one => ColumnOf(one.Name))];
        Row = new PostgresRow(name, columns, embeddings);
        Old = new PostgresRow(name, columns, embeddings);
        Reader = new ItemChangeReader(Row, items);
        OldReader = new ItemChangeReader(Old, items);
        _read = [.. schema.Fields.Select(field => ColumnOf(field.Name)), .. embeddings];
    }

    /// <summary>The table's number.</summary>
    public uint Id { get; }

    /// <summary>Its name with its schema's.</summary>
    public string Name { get; }

    /// <summary>The column of the id.</summary>
    public string KeyColumn { get; }

    /// <summary>Its columns.</summary>
    public IReadOnlyList<PostgresColumn> Columns { get; }

    /// <summary>The row as it is now.</summary>
    public PostgresRow Row { get; }

    /// <summary>The row as it was, as far as the server says.</summary>
    public PostgresRow Old { get; }

    /// <summary>Reads <see cref="Row"/>.</summary>
    public ItemChangeReader Reader { get; }

    /// <summary>Reads <see cref="Old"/>.</summary>
    public ItemChangeReader OldReader { get; }

    /// <summary>Whether <see cref="Row"/> leaves open a column that is read.</summary>
    public bool IsPart => Row.LacksAny(_read);

    /// <summary>The same table with other columns.</summary>
    /// <exception cref="SourceException">They do not fit.</exception>
    public PostgresTable With(IReadOnlyList<PostgresColumn> columns, Schema schema)
        => new(Id, Name, columns, _options, schema, KeyColumn);

    private string ColumnOf(string part)
        => _options.Items.Columns.TryGetValue(part, out ColumnRef column) ? column.ToString() : part;
}

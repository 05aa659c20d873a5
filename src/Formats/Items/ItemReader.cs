using System.Globalization;
using Linr.Formats.Rows;

namespace Linr.Formats;

/// <summary>The items of one file.</summary>
internal sealed class ItemReader : RowReader<Item>
{
    private readonly IdKind _idKind;
    private readonly int _id;
    private readonly (FieldSchema Schema, int Column)[] _fields;
    private readonly (EmbeddingSchema Schema, int Column)[] _embeddings;

    /// <param name="source">The rows.</param>
    /// <param name="options">Options that state a schema.</param>
    /// <param name="report">Counts rows; may be null.</param>
    /// <param name="isPart">Whether the rows need not have all fields.</param>
    public ItemReader(RowSource source, ItemOptions options, ReadReport? report, bool isPart = false)
        : base(source, options, report)
    {
        Schema schema = options.Schema!;
        _idKind = schema.IdKind;
        ColumnRef id = ItemFile.IdColumn(source, options);
        _id = source.Find(id);
        if (_id < 0)
        {
            throw MissingColumn(id);
        }

        _fields =
        [
            .. schema.Fields.Select(field => (field, Place: Place(options, field.Name, isPart)))
                .Where(field => field.Place >= 0),
        ];
        _embeddings =
        [
            .. schema.Embeddings.Select(one => (one, Place: source.Find(Column(options, one.Name))))
                .Where(one => one.Place >= 0),
        ];
    }

    /// <summary>The id of the current row's item.</summary>
    /// <exception cref="DataFormatException">It has none, or no id of the schema's kind.</exception>
    public ItemId ReadId() => Id(_id, _idKind);

    /// <summary>The item of the current row.</summary>
    /// <param name="isPart">Whether a field that is there without a value is named, to be removed.</param>
    /// <exception cref="DataFormatException">The row is bad.</exception>
    public Item ReadItem(bool isPart)
    {
        ItemId id = ReadId();
        var fields = new Dictionary<string, IReadOnlyList<Value>>(_fields.Length);
        foreach ((FieldSchema schema, int column) in _fields)
        {
            int count = schema.Type == FieldType.Json
                ? Source.SelectJson(column, schema.MultiValued)
                : Source.Select(column, schema.MultiValued);
            if (count > 0)
            {
                fields.Add(schema.Name, Values(schema, column, count));
            }
            else if (isPart && Source.Has(column))
            {
                fields.Add(schema.Name, []);
            }
        }

        if (_embeddings.Length == 0)
        {
            return new Item { Id = id, Fields = fields };
        }

        var embeddings = new Dictionary<string, ReadOnlyMemory<float>>(_embeddings.Length);
        foreach ((EmbeddingSchema schema, int column) in _embeddings)
        {
            var embedding = new float[schema.Dim];
            if (FloatCells.TryRead(Source, column, embedding))
            {
                embeddings.Add(schema.Name, embedding);
            }
        }

        return new Item { Id = id, Fields = fields, Embeddings = embeddings };
    }

    /// <inheritdoc/>
    protected override Item Convert() => ReadItem(isPart: false);

    private Value[] Values(FieldSchema schema, int column, int count)
    {
        if (count > 1 && !schema.MultiValued)
        {
            throw Source.Error(column, "one value", $"{count} values");
        }

        if (count > Limits.ValuesPerItemMax)
        {
            throw Source.Error(column, $"at most {Limits.ValuesPerItemMax} values", $"{count} values");
        }

        var values = new Value[count];
        int used = 0;
        for (int position = 0; position < count; position++)
        {
            Cell cell = Source.Value(position);
            if (cell.Kind == CellKind.Missing)
            {
                continue;
            }

            if (!Cells.TryValue(cell, schema.Type, out values[used++]))
            {
                throw Source.Error(column, CellReader.Expected(schema.Type), cell.Describe());
            }
        }

        return used == count ? values : values[..used];
    }

    private int Place(ItemOptions options, string name, bool mayLack)
    {
        ColumnRef column = Column(options, name);
        int place = Source.Find(column);
        return place >= 0 || (mayLack && !options.Columns.ContainsKey(name)) ? place : throw MissingColumn(column);
    }

    private DataFormatException MissingColumn(ColumnRef column) => DataFormatException.OfFile(
        Source.Path,
        string.Create(CultureInfo.InvariantCulture, $"a column {DataFormatException.Quote(column.ToString())}"),
        Source.Columns.Count == 0 ? "no column" : string.Join(", ", Source.Columns));

    private static ColumnRef Column(ItemOptions options, string name)
        => options.Columns.TryGetValue(name, out ColumnRef column) ? column : ColumnRef.OfName(name);
}

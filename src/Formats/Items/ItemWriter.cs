using System.Text;
using Linr.Formats.Rows;

namespace Linr.Formats;

/// <summary>Writes items to one file; disposing completes it. Not for several threads at once.</summary>
public sealed class ItemWriter : IDisposable
{
    private const string IdName = "id";
    private readonly RowSink _sink;
    private readonly Schema _schema;

    internal ItemWriter(string path, Schema schema)
    {
        _schema = schema;
        List<SinkColumn> columns = [SinkColumn.OfId(IdName, schema.IdKind)];
        columns.AddRange(schema.Fields.Select(field => new SinkColumn(field.Name, field.Type, field.MultiValued)));
        columns.AddRange(schema.Embeddings.Select(one => SinkColumn.OfEmbedding(one.Name, one.Dim)));
        if (columns.Skip(1).Any(column => column.Name == IdName))
        {
            throw new ArgumentException(
                $"Expected no field or embedding named \"{IdName}\", the column of the id; found one.", nameof(schema));
        }

        _sink = RowSink.Create(path, columns);
    }

    /// <summary>Writes an item: those fields and embeddings that the schema names.</summary>
    /// <exception cref="ArgumentException">A field or an embedding is not what the schema says.</exception>
    /// <exception cref="DataFormatException">A CSV file cannot hold a value.</exception>
    public void Write(Item item)
    {
        ArgumentNullException.ThrowIfNull(item);
        Check(item);
        _sink.Add(SinkColumn.ValueOf(item.Id));
        foreach (FieldSchema field in _schema.Fields)
        {
            IReadOnlyList<Value> values = item.Fields.GetValueOrDefault(field.Name) ?? [];
            if (field.MultiValued)
            {
                _sink.Add(values);
            }
            else if (values.Count == 0)
            {
                _sink.AddMissing();
            }
            else
            {
                _sink.Add(values[0]);
            }
        }

        foreach (EmbeddingSchema embedding in _schema.Embeddings)
        {
            if (item.Embeddings.TryGetValue(embedding.Name, out ReadOnlyMemory<float> numbers))
            {
                _sink.Add(numbers.Span);
            }
            else
            {
                _sink.AddMissing();
            }
        }

        _sink.EndRow();
    }

    /// <inheritdoc/>
    public void Dispose() => _sink.Dispose();

    /// <summary>Half a row must never be written, so everything is checked before the first value.</summary>
    private void Check(Item item)
    {
        if (item.Id.Kind != _schema.IdKind)
        {
            throw Wrong(item, "id", $"{_schema.IdKind}", $"{item.Id.Kind}");
        }

        foreach (FieldSchema field in _schema.Fields)
        {
            IReadOnlyList<Value> values = item.Fields.GetValueOrDefault(field.Name) ?? [];
            if (values.Count > 1 && !field.MultiValued)
            {
                throw Wrong(item, field.Name, "one value", $"{values.Count} values");
            }

            foreach (Value value in values)
            {
                if (value.Type != field.Type)
                {
                    throw Wrong(item, field.Name, $"{field.Type}", $"{value.Type}");
                }

                if (value.Type == FieldType.Json && !JsonText.IsValid(Encoding.UTF8.GetBytes(value.Text)))
                {
                    throw Wrong(item, field.Name, "valid JSON", DataFormatException.Quote(value.Text));
                }
            }
        }

        foreach (EmbeddingSchema embedding in _schema.Embeddings)
        {
            if (item.Embeddings.TryGetValue(embedding.Name, out ReadOnlyMemory<float> numbers))
            {
                EmbeddingWriter.Check(item.Id, embedding.Name, numbers.Span, embedding.Dim);
            }
        }
    }

    private static ArgumentException Wrong(Item item, string name, string expected, string found)
        => new($"Item {item.Id}, \"{name}\": expected {expected}; found {found}.", nameof(item));
}

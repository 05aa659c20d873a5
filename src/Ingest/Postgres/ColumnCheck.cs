using Linr.Formats;

namespace Linr.Ingest.Postgres;

/// <summary>Whether a table's columns can be what the schema's fields and embeddings are read of.</summary>
internal static class ColumnCheck
{
    private static readonly string[] s_integers = ["int2", "int4", "int8", "numeric", "oid"];
    private static readonly string[] s_numbers = [.. s_integers, "float4", "float8"];
    private static readonly string[] s_texts = ["text", "varchar", "bpchar", "name", "citext"];
    private static readonly string[] s_vectors = ["vector", "halfvec", "bytea", .. s_texts];

    /// <summary>Checks a table.</summary>
    /// <param name="table">Its name, for the report.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="items">Which columns are read; with a schema.</param>
    /// <param name="id">The column of the id.</param>
    /// <exception cref="SourceException">A column is missing, or of another type; says which, and of what.</exception>
    public static void Run(string table, IReadOnlyList<PostgresColumn> columns, ItemOptions items, string id)
    {
        Schema schema = items.Schema!;
        PostgresColumn key = Find(id) ?? throw Wrong(id, "the column of the id", "none");
        if (!key.IsKey)
        {
            throw Wrong(id, "a part of the table's REPLICA IDENTITY, so that deletes say it", "none");
        }

        foreach (FieldSchema field in schema.Fields)
        {
            if (FindOf(field.Name) is { } column && !Fits(field, column))
            {
                string noun = field.MultiValued ? $"{field.Type} values" : $"one {field.Type}";
                throw Wrong(column.Name, $"a type that holds {noun}, for the field \"{field.Name}\"", column.Type);
            }
        }

        foreach (EmbeddingSchema embedding in schema.Embeddings)
        {
            if (FindOf(embedding.Name) is not { } column)
            {
                continue;
            }

            bool fits = column.IsArray ? s_numbers.Contains(column.ElementType) : s_vectors.Contains(column.Type);
            if (!fits || (column is { Type: "vector" or "halfvec", Modifier: > 0 } && column.Modifier != embedding.Dim))
            {
                string found = column.Modifier > 0 ? $"{column.Type}({column.Modifier})" : column.Type;
                throw Wrong(
                    column.Name,
                    $"a type that holds {embedding.Dim} numbers, for the embedding \"{embedding.Name}\"",
                    found);
            }
        }

        PostgresColumn? Find(string name) => columns.FirstOrDefault(column => column.Name == name);

        PostgresColumn? FindOf(string part)
            => !items.Columns.TryGetValue(part, out ColumnRef stated) ? Find(part)
                : Find(stated.ToString()) ?? throw Wrong(stated.ToString(), $"a column, for \"{part}\"", "none");

        SourceException Wrong(string column, string expected, string found)
            => new($"Table {table}: column \"{column}\": expected {expected}; found {found}.");
    }

    private static bool Fits(FieldSchema field, PostgresColumn column)
        => (field.MultiValued || !column.IsArray) && FitsOne(field.Type, column);

    private static bool FitsOne(FieldType type, PostgresColumn column) => type switch
    {
        FieldType.Integer => s_integers.Contains(column.ElementType),
        FieldType.Float => s_numbers.Contains(column.ElementType),
        FieldType.Boolean => column.ElementType == "bool",
        FieldType.Date => column.ElementType is "date" or "timestamp" or "timestamptz" or "int8",
        FieldType.Bytes => column.ElementType == "bytea",
        FieldType.Json => column.ElementType is "json" or "jsonb" || s_texts.Contains(column.ElementType),
        _ => column.ElementType != "bytea",
    };
}

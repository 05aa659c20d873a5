using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Linr;

/// <summary>The JSON form of a schema, as model files and schema files hold it.</summary>
public static class SchemaJson
{
    private static readonly FieldRoles[] s_roles = [FieldRoles.Attribute, FieldRoles.Feature, FieldRoles.Stored];

    private static readonly SchemaJsonContext s_indented =
        new(new JsonSerializerOptions(SchemaJsonContext.Default.Options) { WriteIndented = true });

    /// <summary>Writes a schema as one line of JSON.</summary>
    public static string Write(Schema schema)
        => JsonSerializer.Serialize(ToDocument(schema), SchemaJsonContext.Default.Document);

    /// <summary>Writes a schema as JSON for people.</summary>
    public static string WriteIndented(Schema schema)
        => JsonSerializer.Serialize(ToDocument(schema), s_indented.Document);

    /// <summary>Reads a schema and checks it.</summary>
    /// <exception cref="SchemaException">It is not the JSON of a schema, or the schema is not valid.</exception>
    public static Schema Read(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        Document document;
        try
        {
            document = JsonSerializer.Deserialize(json, SchemaJsonContext.Default.Document)
                ?? throw new SchemaException(["expected a schema; found null"]);
        }
        catch (JsonException error)
        {
            throw new SchemaException([$"line {error.LineNumber + 1}, {error.Path ?? "$"}: {FirstSentence(error)}"]);
        }

        var problems = new List<string>();
        Schema schema = FromDocument(document, problems);
        problems.AddRange(SchemaValidator.Validate(schema));
        return problems.Count == 0 ? schema : throw new SchemaException(problems);
    }

    // The serializer's message names .NET types, or goes on with path and position, which the caller has said already.
    private static string FirstSentence(JsonException error)
    {
        if (error.Message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal))
        {
            return "Another kind of value is expected there.";
        }

        int end = error.Message.IndexOf(" Path:", StringComparison.Ordinal);
        return end < 0 ? error.Message : error.Message[..end];
    }

    private static Document ToDocument(Schema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return new Document
        {
            Id = schema.IdKind,
            Fields = [.. schema.Fields.Select(field => new FieldDocument
            {
                Name = field.Name,
                Type = field.Type,
                Roles = [.. s_roles.Where(role => field.Roles.HasFlag(role))],
                MultiValued = field.MultiValued,
            })],
            Embeddings = [.. schema.Embeddings.Select(one => new EmbeddingDocument
            {
                Name = one.Name,
                Dim = one.Dim,
                Metric = one.Metric,
                Rows = one.RowType,
                Codes = one.Codes?.ToString(),
                Copy = one.Copy,
            })],
        };
    }

    private static Schema FromDocument(Document document, List<string> problems) => new()
    {
        IdKind = document.Id,
        Fields = Each(document.Fields, "fields", problems, field => new FieldSchema(
            field.Name,
            field.Type,
            field.Roles.Aggregate(FieldRoles.None, (all, role) => all | role),
            field.MultiValued)),
        Embeddings = Each(document.Embeddings, "embeddings", problems, one => new EmbeddingSchema(
            one.Name, one.Dim, one.Metric, one.Rows, CodesOf(one, problems), one.Copy)),
    };

    private static EmbeddingCodes? CodesOf(EmbeddingDocument embedding, List<string> problems)
    {
        if (embedding.Codes is not null && !EmbeddingCodes.TryParse(embedding.Codes, out _))
        {
            problems.Add(
                $"embedding \"{embedding.Name}\": codes: expected {EmbeddingCodes.Form}; found \"{embedding.Codes}\"");
        }

        return EmbeddingCodes.TryParse(embedding.Codes, out EmbeddingCodes? codes) ? codes : null;
    }

    private static ImmutableArray<TTo> Each<TFrom, TTo>(
        IReadOnlyList<TFrom?> from, string what, List<string> problems, Func<TFrom, TTo> convert)
        where TFrom : class
    {
        problems.AddRange(from.Index()
            .Where(one => one.Item is null)
            .Select(one => $"{what}[{one.Index}]: expected an object; found null"));
        return [.. from.OfType<TFrom>().Select(convert)];
    }

    internal sealed class Document
    {
        public required IdKind Id { get; init; }

        // Settable, not init: the generated reader would set absent init properties to null.
        public IReadOnlyList<FieldDocument?> Fields { get; set; } = [];

        public IReadOnlyList<EmbeddingDocument?> Embeddings { get; set; } = [];
    }

    internal sealed class FieldDocument
    {
        public required string Name { get; init; }

        public required FieldType Type { get; init; }

        public required IReadOnlyList<FieldRoles> Roles { get; init; }

        public bool MultiValued { get; init; }
    }

    internal sealed class EmbeddingDocument
    {
        public required string Name { get; init; }

        public required int Dim { get; init; }

        public required Metric Metric { get; init; }

        public required RowType Rows { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Codes { get; set; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public RowType? Copy { get; set; }
    }
}

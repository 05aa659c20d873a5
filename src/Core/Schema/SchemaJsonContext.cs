using System.Text.Json.Serialization;

namespace Linr;

/// <summary>How schemas are read and written; generated, so that it works without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false,
    Converters =
    [
        typeof(SchemaEnumConverters.OfIdKind),
        typeof(SchemaEnumConverters.OfFieldType),
        typeof(SchemaEnumConverters.OfFieldRoles),
        typeof(SchemaEnumConverters.OfMetric),
        typeof(SchemaEnumConverters.OfRowType),
    ])]
[JsonSerializable(typeof(SchemaJson.Document))]
internal sealed partial class SchemaJsonContext : JsonSerializerContext;

using System.Text.Json;
using System.Text.Json.Serialization;

namespace Linr;

/// <summary>The words of a schema as JSON strings in camel case; numbers are refused.</summary>
internal static class SchemaEnumConverters
{
    internal sealed class OfIdKind() : JsonStringEnumConverter<IdKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

    internal sealed class OfFieldType() : JsonStringEnumConverter<FieldType>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

    internal sealed class OfFieldRoles() : JsonStringEnumConverter<FieldRoles>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

    internal sealed class OfMetric() : JsonStringEnumConverter<Metric>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

    internal sealed class OfRowType() : JsonStringEnumConverter<RowType>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
}

using System.Text.Json;
using System.Text.Json.Serialization;

namespace Linr;

/// <summary>The words of a schema as JSON strings in camel case; numbers are refused.</summary>
internal static class SchemaEnumConverters
{
    internal sealed class OfIdKind : Words<IdKind>;

    internal sealed class OfFieldType : Words<FieldType>;

    internal sealed class OfFieldRoles : Words<FieldRoles>;

    internal sealed class OfMetric : Words<Metric>;

    internal sealed class OfRowType : Words<RowType>;

    internal abstract class Words<T>()
        : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
        where T : struct, Enum;
}

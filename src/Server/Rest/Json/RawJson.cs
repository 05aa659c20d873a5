using Google.Protobuf.Reflection;
using ProtoType = Google.Protobuf.Reflection.FieldType;

namespace Linr.Server.Rest.Json;

/// <summary>Fields that hold JSON: text in the messages, and the JSON itself here.</summary>
internal static class RawJson
{
    private static readonly HashSet<string> s_fields =
    [
        "linr.v1.Filter.json", "linr.v1.PrepareFilterRequest.json", "linr.v1.VersionInfo.schema",
    ];

    /// <summary>Whether a field is one.</summary>
    public static bool Holds(FieldDescriptor field)
        => field.FieldType == ProtoType.String && s_fields.Contains(field.FullName);
}

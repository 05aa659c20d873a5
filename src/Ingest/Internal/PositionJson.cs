using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Linr.Ingest.Files;
using Linr.Ingest.Kafka;
using Linr.Ingest.Postgres;

namespace Linr.Ingest.Internal;

/// <summary>Positions of sources as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(FilePosition))]
[JsonSerializable(typeof(KafkaPosition))]
[JsonSerializable(typeof(PostgresPosition))]
[JsonSerializable(typeof(string))]
internal sealed partial class PositionJson : JsonSerializerContext
{
    /// <summary>Reads a position.</summary>
    /// <exception cref="SourceException">It is none of this kind of source.</exception>
    public static T Read<T>(SourcePosition position, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(position.Position, type) ?? throw new JsonException("null");
        }
        catch (JsonException error)
        {
            throw new SourceException(
                $"Source \"{position.Source}\": expected a {typeof(T).Name}; found {position.Position}.", error);
        }
    }
}

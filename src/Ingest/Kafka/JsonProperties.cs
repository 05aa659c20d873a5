using System.Buffers.Text;
using System.Text.Json;
using Linr.Ingest.Internal;

namespace Linr.Ingest.Kafka;

/// <summary>The properties of a JSON object, each as the bytes that it is.</summary>
internal static class JsonProperties
{
    /// <summary>The properties by their names.</summary>
    /// <exception cref="JsonException">It is no JSON object.</exception>
    public static Dictionary<string, ReadOnlyMemory<byte>> Of(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException($"Expected a JSON object; found {reader.TokenType}.");
        }

        var properties = new Dictionary<string, ReadOnlyMemory<byte>>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            properties[name] = json[start..(int)reader.BytesConsumed];
        }

        return properties;
    }

    /// <summary>A property that is there and not null.</summary>
    public static bool TryGet(
        this Dictionary<string, ReadOnlyMemory<byte>> properties, string name, out ReadOnlyMemory<byte> value)
        => properties.TryGetValue(name, out value) && !value.Span.SequenceEqual("null"u8);

    /// <summary>An integer property, or null.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static long? FindInteger(this Dictionary<string, ReadOnlyMemory<byte>> properties, string name)
    {
        if (!properties.TryGet(name, out ReadOnlyMemory<byte> value))
        {
            return null;
        }

        return Utf8Parser.TryParse(value.Span, out long number, out int used) && used == value.Length
            ? number
            : throw new JsonException(
                $"Property \"{name}\": expected an integer; found {RecordText.Of(value.Span)}.");
    }
}

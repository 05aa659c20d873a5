using System.Text.Json;
using System.Text.Json.Serialization;

namespace Linr.Cli.Terminal;

/// <summary>Writes an item id as the number or string that the caller knows it by.</summary>
internal sealed class ItemIdConverter : JsonConverter<ItemId>
{
    public override ItemId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => reader.TokenType == JsonTokenType.Number ? new ItemId(reader.GetInt64()) : new ItemId(reader.GetString()!);

    public override void Write(Utf8JsonWriter writer, ItemId value, JsonSerializerOptions options)
    {
        if (value.Kind == IdKind.Integer)
        {
            writer.WriteNumberValue(value.Integer);
        }
        else
        {
            writer.WriteStringValue(value.ToString());
        }
    }
}

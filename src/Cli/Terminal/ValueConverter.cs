using System.Text.Json;
using System.Text.Json.Serialization;

namespace Linr.Cli.Terminal;

/// <summary>Writes a field value as the JSON value that it is; dates in ISO 8601, bytes in base 64.</summary>
internal sealed class ValueConverter : JsonConverter<Value>
{
    public override Value Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => reader.TokenType switch
        {
            JsonTokenType.True or JsonTokenType.False => Value.OfBoolean(reader.GetBoolean()),
            JsonTokenType.Number
                => reader.TryGetInt64(out long integer) ? Value.OfInteger(integer) : Value.OfFloat(reader.GetDouble()),
            _ => Value.OfKeyword(reader.GetString()!),
        };

    public override void Write(Utf8JsonWriter writer, Value value, JsonSerializerOptions options)
    {
        switch (value.Type)
        {
            case FieldType.Integer:
                writer.WriteNumberValue(value.Integer);
                break;
            case FieldType.Float:
                writer.WriteNumberValue(value.Float);
                break;
            case FieldType.Boolean:
                writer.WriteBooleanValue(value.Boolean);
                break;
            case FieldType.Json:
                writer.WriteRawValue(value.Text);
                break;
            default:
                writer.WriteStringValue(value.ToString());
                break;
        }
    }
}

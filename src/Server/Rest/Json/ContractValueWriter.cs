using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using V1 = Linr.Protocol.V1;

namespace Linr.Server.Rest.Json;

/// <summary>Writes the messages that have a JSON form of their own: ids, values, vectors, filters, times.</summary>
internal static class ContractValueWriter
{
    private const int NumberBytesMax = 32;

    /// <summary>Writes a message; false where it is an object of its fields.</summary>
    public static bool TryWrite(Utf8JsonWriter writer, IMessage message)
    {
        switch (message)
        {
            case V1.ItemId id:
                Write(writer, id);
                return true;
            case V1.ItemIds ids:
                WriteList(writer, ids.Ids);
                return true;
            case V1.Value value:
                Write(writer, value);
                return true;
            case V1.Values values:
                WriteList(writer, values.Values_);
                return true;
            case V1.Vector vector:
                Write(writer, vector.Values);
                return true;
            case V1.Parameter parameter:
                Write(writer, parameter);
                return true;
            case V1.Filter { FormCase: V1.Filter.FormOneofCase.Text, Parameters.Count: 0 } filter:
                writer.WriteStringValue(filter.Text);
                return true;
            case Timestamp time:
                writer.WriteStringValue(time.ToDateTime());
                return true;
            default:
                return false;
        }
    }

    /// <summary>Writes numbers.</summary>
    public static void Write(Utf8JsonWriter writer, RepeatedField<float> numbers)
    {
        writer.WriteStartArray();
        foreach (float number in numbers)
        {
            Write(writer, number);
        }

        writer.WriteEndArray();
    }

    /// <summary>Writes a number; JSON has none that is not finite.</summary>
    public static void Write(Utf8JsonWriter writer, float number)
    {
        if (float.IsFinite(number))
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    private static void Write(Utf8JsonWriter writer, V1.ItemId id)
    {
        switch (id.IdCase)
        {
            case V1.ItemId.IdOneofCase.Integer:
                writer.WriteNumberValue(id.Integer);
                break;
            case V1.ItemId.IdOneofCase.Text:
                writer.WriteStringValue(id.Text);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static void Write(Utf8JsonWriter writer, V1.Value value)
    {
        switch (value.ValueCase)
        {
            case V1.Value.ValueOneofCase.Text:
                writer.WriteStringValue(value.Text);
                break;
            case V1.Value.ValueOneofCase.Integer:
                writer.WriteNumberValue(value.Integer);
                break;
            case V1.Value.ValueOneofCase.Number when double.IsFinite(value.Number):
                WriteFraction(writer, value.Number);
                break;
            case V1.Value.ValueOneofCase.Boolean:
                writer.WriteBooleanValue(value.Boolean);
                break;
            case V1.Value.ValueOneofCase.Bytes:
                writer.WriteBase64StringValue(value.Bytes.Span);
                break;
            case V1.Value.ValueOneofCase.Date:
                writer.WriteStringValue(value.Date.ToDateTime());
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static void Write(Utf8JsonWriter writer, V1.Parameter parameter)
    {
        switch (parameter.ParameterCase)
        {
            case V1.Parameter.ParameterOneofCase.Value:
                Write(writer, parameter.Value);
                break;
            case V1.Parameter.ParameterOneofCase.List:
                WriteList(writer, parameter.List.Values_);
                break;
            case V1.Parameter.ParameterOneofCase.Ids:
                writer.WriteStartObject();
                writer.WritePropertyName("ids"u8);
                WriteList(writer, parameter.Ids.Ids);
                writer.WriteEndObject();
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static void WriteList<T>(Utf8JsonWriter writer, RepeatedField<T> list)
        where T : IMessage
    {
        writer.WriteStartArray();
        for (int i = 0; i < list.Count; i++)
        {
            TryWrite(writer, list[i]);
        }

        writer.WriteEndArray();
    }

    // 3.0 stays a number with a fraction, so that it is read as one.
    private static void WriteFraction(Utf8JsonWriter writer, double number)
    {
        Span<byte> text = stackalloc byte[NumberBytesMax];
        number.TryFormat(text, out int length, "R", CultureInfo.InvariantCulture);
        if (!text[..length].ContainsAny(".E"u8))
        {
            ".0"u8.CopyTo(text[length..]);
            length += 2;
        }

        writer.WriteRawValue(text[..length], skipInputValidation: true);
    }
}

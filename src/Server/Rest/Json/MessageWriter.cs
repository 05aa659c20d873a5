using System.Collections;
using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;
using ProtoType = Google.Protobuf.Reflection.FieldType;

namespace Linr.Server.Rest.Json;

/// <summary>
/// Writes messages of the contract as JSON. Numbers, truth values and lists are always there; texts, maps and objects
/// where there is something in them; optional fields where they are given.
/// </summary>
internal static class MessageWriter
{
    /// <summary>How all JSON of the service is written: no part of an HTML page, so that text stays readable.</summary>
    public static JsonWriterOptions Options { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Whether a field is in every answer.</summary>
    public static bool IsAlways(FieldDescriptor field)
        => !field.IsMap && (field.IsRepeated || (!field.HasPresence && field.FieldType is ProtoType.Bool
            or ProtoType.Int32 or ProtoType.Int64 or ProtoType.Float or ProtoType.Double));

    /// <summary>Writes a message.</summary>
    public static void Write(Utf8JsonWriter writer, IMessage message)
    {
        if (ContractValueWriter.TryWrite(writer, message))
        {
            return;
        }

        MessageShape shape = MessageShape.Of(message.Descriptor);
        writer.WriteStartObject();
        for (int i = 0; i < shape.Fields.Length; i++)
        {
            FieldDescriptor field = shape.Fields[i];
            if (field.HasPresence && !field.Accessor.HasValue(message))
            {
                continue;
            }

            object value = field.Accessor.GetValue(message);
            if (IsAlways(field) || field.HasPresence || !IsEmpty(value, field))
            {
                writer.WritePropertyName(shape.NameOf(i));
                WriteField(writer, value, field);
            }
        }

        writer.WriteEndObject();
    }

    private static bool IsEmpty(object value, FieldDescriptor field) => value switch
    {
        string text => text.Length == 0,
        IDictionary map => map.Count == 0,
        _ => field.FieldType == ProtoType.Enum && (int)value == 0,
    };

    private static void WriteField(Utf8JsonWriter writer, object value, FieldDescriptor field)
    {
        if (field.IsMap)
        {
            FieldDescriptor valueField = field.MessageType.FindFieldByNumber(2);
            writer.WriteStartObject();
            foreach (DictionaryEntry entry in (IDictionary)value)
            {
                writer.WritePropertyName((string)entry.Key);
                WriteValue(writer, entry.Value!, valueField);
            }

            writer.WriteEndObject();
        }
        else if (value is RepeatedField<float> floats)
        {
            ContractValueWriter.Write(writer, floats);
        }
        else if (field.IsRepeated)
        {
            var list = (IList)value;
            writer.WriteStartArray();
            for (int i = 0; i < list.Count; i++)
            {
                WriteValue(writer, list[i]!, field);
            }

            writer.WriteEndArray();
        }
        else
        {
            WriteValue(writer, value, field);
        }
    }

    private static void WriteValue(Utf8JsonWriter writer, object value, FieldDescriptor field)
    {
        switch (value)
        {
            case IMessage message:
                Write(writer, message);
                break;
            case string text when RawJson.Holds(field):
                writer.WriteRawValue(text);
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool truth:
                writer.WriteBooleanValue(truth);
                break;
            case int number:
                writer.WriteNumberValue(number);
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case float number:
                ContractValueWriter.Write(writer, number);
                break;
            case double number when double.IsFinite(number):
                writer.WriteNumberValue(number);
                break;
            case double:
                writer.WriteNullValue();
                break;
            case Enum:
                writer.WriteStringValue(EnumWords.Of(field.EnumType).Find((int)value));
                break;
            default:
                throw new UnreachableException($"{field.FullName} is of a type that REST does not know.");
        }
    }
}

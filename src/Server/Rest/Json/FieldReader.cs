using System.Collections;
using System.Diagnostics;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;
using ProtoType = Google.Protobuf.Reflection.FieldType;

namespace Linr.Server.Rest.Json;

/// <summary>Reads the fields of messages.</summary>
internal static class FieldReader
{
    /// <summary>Reads a field from the value that the reader is at, which is not null.</summary>
    public static void Read(ref Utf8JsonReader reader, IMessage message, FieldDescriptor field, JsonReading reading)
    {
        if (field.IsMap)
        {
            ReadMap(ref reader, message, field, reading);
        }
        else if (field.IsRepeated)
        {
            ReadList(ref reader, field.Accessor.GetValue(message), field, reading);
        }
        else if (ReadValue(ref reader, field, reading) is { } value)
        {
            field.Accessor.SetValue(message, value);
        }
    }

    /// <summary>Reads a list of numbers.</summary>
    public static void ReadFloats(ref Utf8JsonReader reader, RepeatedField<float> floats, JsonReading reading)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reading.Add(ref reader, "a list of numbers");
            return;
        }

        for (int i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            if (TryReadFloat(ref reader, out float number))
            {
                floats.Add(number);
            }
            else
            {
                reading.Path.PushIndex(i);
                reading.Add(ref reader, "a number of single precision");
                reading.Path.Pop();
            }
        }
    }

    private static void ReadList(ref Utf8JsonReader reader, object list, FieldDescriptor field, JsonReading reading)
    {
        if (list is RepeatedField<float> floats)
        {
            ReadFloats(ref reader, floats, reading);
            return;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reading.Add(ref reader, "a list");
            return;
        }

        var values = (IList)list;
        for (int i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            reading.Path.PushIndex(i);
            if (ReadValue(ref reader, field, reading) is { } value)
            {
                values.Add(value);
            }

            reading.Path.Pop();
        }
    }

    private static void ReadMap(ref Utf8JsonReader reader, IMessage message, FieldDescriptor field, JsonReading reading)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reading.Add(ref reader, "an object");
            return;
        }

        var map = (IDictionary)field.Accessor.GetValue(message);
        FieldDescriptor valueField = field.MessageType.FindFieldByNumber(2);
        var seen = new HashSet<string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isText = reading.TryDecode(ref reader, out string? key);
            reader.Read();
            if (!isText)
            {
                reader.Skip();
                continue;
            }

            reading.Path.PushKey(key!);
            if (!seen.Add(key!))
            {
                reading.Add(ref reader, "the key once");
            }
            else if (ReadValue(ref reader, valueField, reading) is { } value)
            {
                map.Add(key!, value);
            }

            reading.Path.Pop();
        }
    }

    // Null where it is none, which is a problem.
    private static object? ReadValue(ref Utf8JsonReader reader, FieldDescriptor field, JsonReading reading)
    {
        switch (field.FieldType)
        {
            case ProtoType.Message:
                IMessage child = field.MessageType.Parser.ParseFrom(ReadOnlySpan<byte>.Empty);
                MessageReader.ReadMessage(ref reader, child, reading);
                return child;
            case ProtoType.String when RawJson.Holds(field):
                return reading.ReadRaw(ref reader);
            case ProtoType.String:
                return reading.TryReadText(ref reader, "a text", out string? text) ? text : null;
            case ProtoType.Bool when reader.TokenType is JsonTokenType.True or JsonTokenType.False:
                return reader.GetBoolean();
            case ProtoType.Int32 when IsNumber(ref reader) && reader.TryGetInt32(out int small):
                return small;
            case ProtoType.Int64 when IsNumber(ref reader) && reader.TryGetInt64(out long large):
                return large;
            case ProtoType.Float when TryReadFloat(ref reader, out float single):
                return single;
            case ProtoType.Double when TryReadDouble(ref reader, out double number):
                return number;
            case ProtoType.Enum when reader.TokenType == JsonTokenType.String
                && reading.TryDecode(ref reader, out string? word)
                && EnumWords.Of(field.EnumType).TryFind(word, out int value):
                return Enum.ToObject(field.EnumType.ClrType, value);
            default:
                reading.Add(ref reader, Expected(field));
                return null;
        }
    }

    // The reader takes a number beyond the range for an infinite one.
    private static bool TryReadFloat(ref Utf8JsonReader reader, out float number)
    {
        number = 0;
        return IsNumber(ref reader) && reader.TryGetSingle(out number) && float.IsFinite(number);
    }

    private static bool TryReadDouble(ref Utf8JsonReader reader, out double number)
    {
        number = 0;
        return IsNumber(ref reader) && reader.TryGetDouble(out number) && double.IsFinite(number);
    }

    private static bool IsNumber(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.Number;

    private static string Expected(FieldDescriptor field) => field.FieldType switch
    {
        ProtoType.Bool => "true or false",
        ProtoType.Int32 => "an integer of 32 bits",
        ProtoType.Int64 => "an integer of 64 bits",
        ProtoType.Float => "a number of single precision",
        ProtoType.Double => "a number",
        ProtoType.Enum => $"one of {string.Join(", ", EnumWords.Of(field.EnumType).All.Select(one => $"\"{one}\""))}",
        _ => throw new UnreachableException($"{field.FullName} is of a type that REST does not know."),
    };
}

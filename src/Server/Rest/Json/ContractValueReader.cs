using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using V1 = Linr.Protocol.V1;

namespace Linr.Server.Rest.Json;

/// <summary>Reads the messages that have a JSON form of their own: ids, values, vectors, filters, times.</summary>
internal static class ContractValueReader
{
    private const string AnId = "a text, or an integer of 64 bits";
    private const string AValue = "a text, a number (an integer of 64 bits, or with a fraction), true or false";
    private const string AFilter = "a text, or an object with text, json or prepared";

    /// <summary>Reads a message from the value that the reader is at; false: it is an object of its fields.</summary>
    public static bool TryRead(ref Utf8JsonReader reader, IMessage message, JsonReading reading)
    {
        switch (message)
        {
            case V1.ItemId id:
                ReadId(ref reader, id, reading);
                return true;
            case V1.ItemIds ids:
                ReadList(ref reader, ids.Ids, reading);
                return true;
            case V1.Value value:
                ReadValue(ref reader, value, reading);
                return true;
            case V1.Values values:
                ReadValues(ref reader, values, reading);
                return true;
            case V1.Vector vector:
                FieldReader.ReadFloats(ref reader, vector.Values, reading);
                return true;
            case V1.Parameter parameter:
                ReadParameter(ref reader, parameter, reading);
                return true;
            case V1.Filter filter when reader.TokenType != JsonTokenType.StartObject:
                if (reading.TryReadText(ref reader, AFilter, out string? text))
                {
                    filter.Text = text;
                }

                return true;
            case Timestamp time:
                ReadTime(ref reader, time, reading);
                return true;
            default:
                return false;
        }
    }

    private static void ReadId(ref Utf8JsonReader reader, V1.ItemId id, JsonReading reading)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long integer))
        {
            id.Integer = integer;
        }
        else if (reading.TryReadText(ref reader, AnId, out string? text))
        {
            id.Text = text;
        }
    }

    private static void ReadValue(ref Utf8JsonReader reader, V1.Value value, JsonReading reading)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.True or JsonTokenType.False:
                value.Boolean = reader.GetBoolean();
                break;
            case JsonTokenType.Number when reader.TryGetInt64(out long integer):
                value.Integer = integer;
                break;
            // An integer that 64 bits do not hold would be another one.
            case JsonTokenType.Number when HasFraction(ref reader)
                && reader.TryGetDouble(out double number) && double.IsFinite(number):
                value.Number = number;
                break;
            default:
                if (reading.TryReadText(ref reader, AValue, out string? text))
                {
                    value.Text = text;
                }

                break;
        }
    }

    // One value need not be a list; null is a field without values.
    private static void ReadValues(ref Utf8JsonReader reader, V1.Values values, JsonReading reading)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                break;
            case JsonTokenType.StartArray:
                ReadList(ref reader, values.Values_, reading);
                break;
            default:
                var value = new V1.Value();
                ReadValue(ref reader, value, reading);
                values.Values_.Add(value);
                break;
        }
    }

    private static void ReadParameter(ref Utf8JsonReader reader, V1.Parameter parameter, JsonReading reading)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                parameter.List = new V1.Values();
                ReadList(ref reader, parameter.List.Values_, reading);
                break;
            case JsonTokenType.StartObject:
                ReadIds(ref reader, parameter, reading);
                break;
            default:
                parameter.Value = new V1.Value();
                ReadValue(ref reader, parameter.Value, reading);
                break;
        }
    }

    private static void ReadIds(ref Utf8JsonReader reader, V1.Parameter parameter, JsonReading reading)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isRight = parameter.Ids is null && reading.TryDecode(ref reader, out string? name) && name == "ids";
            reader.Read();
            if (isRight)
            {
                parameter.Ids = new V1.ItemIds();
                reading.Path.PushField("ids");
                ReadList(ref reader, parameter.Ids.Ids, reading);
                reading.Path.Pop();
            }
            else
            {
                reading.Add("expected a value, a list of values, or an object with `ids` alone; found another object.");
                reader.Skip();
            }
        }

        if (parameter.Ids is null)
        {
            reading.Add("expected a value, a list of values, or an object with `ids`; found an object without.");
        }
    }

    private static void ReadList<T>(ref Utf8JsonReader reader, RepeatedField<T> list, JsonReading reading)
        where T : IMessage, new()
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reading.Add(ref reader, "a list");
            return;
        }

        for (int i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            var element = new T();
            reading.Path.PushIndex(i);
            MessageReader.ReadMessage(ref reader, element, reading);
            reading.Path.Pop();
            list.Add(element);
        }
    }

    private static void ReadTime(ref Utf8JsonReader reader, Timestamp time, JsonReading reading)
    {
        if (reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out DateTimeOffset read))
        {
            time.MergeFrom(Timestamp.FromDateTimeOffset(read));
        }
        else
        {
            reading.Add(ref reader, "a time of ISO 8601");
        }
    }

    private static bool HasFraction(ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> marks = ".eE"u8;
        if (!reader.HasValueSequence)
        {
            return reader.ValueSpan.ContainsAny(marks);
        }

        foreach (ReadOnlyMemory<byte> part in reader.ValueSequence)
        {
            if (part.Span.ContainsAny(marks))
            {
                return true;
            }
        }

        return false;
    }
}

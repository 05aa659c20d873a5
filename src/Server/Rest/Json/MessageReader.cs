using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Linr.Server.Wire;

namespace Linr.Server.Rest.Json;

/// <summary>
/// Reads messages of the contract from JSON, as docs/service.md has it. A field of the contract is one of the JSON
/// without more ado; what the contract does not have is an error.
/// </summary>
internal static class MessageReader
{
    // A filter's tree takes two levels of JSON for one of its own.
    private const int DepthMax = 32 + (2 * Limits.FilterDepthMax);

    /// <summary>Fills a message.</summary>
    /// <param name="body">One JSON value in UTF-8, and nothing behind it.</param>
    /// <param name="message">The message, empty.</param>
    /// <param name="elsewhere">Fields that do not come in the JSON.</param>
    /// <exception cref="WireException">The JSON is none, or does not fit; each problem has its path.</exception>
    public static void Read(ReadOnlySequence<byte> body, IMessage message, FrozenSet<FieldDescriptor> elsewhere)
    {
        var reading = new JsonReading(body, elsewhere);
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = DepthMax });
        try
        {
            reader.Read();
            ReadMessage(ref reader, message, reading);
            reader.Read();
        }
        catch (JsonException error)
        {
            reading.Add(Describe(error));
        }

        reading.Problems.ThrowIfAny();
    }

    /// <summary>Reads a message from the value that the reader is at.</summary>
    public static void ReadMessage(ref Utf8JsonReader reader, IMessage message, JsonReading reading)
    {
        if (!ContractValueReader.TryRead(ref reader, message, reading))
        {
            ReadObject(ref reader, message, reading);
        }
    }

    /// <summary>Reads a message from an object with its fields.</summary>
    public static void ReadObject(ref Utf8JsonReader reader, IMessage message, JsonReading reading)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reading.Add(ref reader, "an object");
            return;
        }

        MessageShape shape = MessageShape.Of(message.Descriptor);
        ulong seen = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int index = FindField(ref reader, shape, reading);
            if (index < 0)
            {
                reader.Read();
                reader.Skip();
                continue;
            }

            FieldDescriptor field = shape.Fields[index];
            reader.Read();
            reading.Path.PushField(field.Name);
            if ((seen & (1UL << index)) != 0)
            {
                reading.Add(ref reader, "the field once");
            }
            else if (reader.TokenType != JsonTokenType.Null)
            {
                CheckAlone(message, field, reading);
                FieldReader.Read(ref reader, message, field, reading);
            }

            seen |= 1UL << index;
            reading.Path.Pop();
        }
    }

    private static int FindField(ref Utf8JsonReader reader, MessageShape shape, JsonReading reading)
    {
        // The reader compares no name whose escapes are no text.
        string? name = null;
        if (reader.ValueIsEscaped && !reading.TryDecode(ref reader, out name))
        {
            return -1;
        }

        int index = name is null ? shape.Find(ref reader) : shape.Find(name);
        if (index >= 0 && !reading.IsElsewhere(shape.Fields[index]))
        {
            return index;
        }

        if (name is null && !reading.TryDecode(ref reader, out name))
        {
            return -1;
        }

        reading.Path.PushField(name);
        if (index >= 0)
        {
            reading.Add("expected in the path of the request alone; found in its body.");
        }
        else
        {
            IEnumerable<string> known = shape.Fields.Where(one => !reading.IsElsewhere(one)).Select(one => one.Name);
            reading.Add($"expected one of the fields {string.Join(", ", known)}; found one of another name.");
        }

        reading.Path.Pop();
        return -1;
    }

    // Of several forms one is given.
    private static void CheckAlone(IMessage message, FieldDescriptor field, JsonReading reading)
    {
        if (field.RealContainingOneof is { } forms
            && forms.Accessor.GetCaseFieldDescriptor(message) is { } other)
        {
            reading.Add(
                $"expected one of {string.Join(", ", forms.Fields.Select(one => one.Name))}; "
                + $"found {field.Name} beside {other.Name}.");
        }
    }

    // The reader's own message ends with where it was, counted from 0.
    private static string Describe(JsonException error)
    {
        int end = error.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        string what = end < 0 ? error.Message : error.Message[..end];
        return $"expected JSON; line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}: {what}";
    }
}

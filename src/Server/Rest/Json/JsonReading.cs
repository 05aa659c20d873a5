using System.Buffers;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Google.Protobuf.Reflection;
using Linr.Server.Wire;

namespace Linr.Server.Rest.Json;

/// <summary>One reading of a JSON text: where it is, and what was wrong until there.</summary>
/// <param name="body">The text in UTF-8.</param>
/// <param name="elsewhere">Fields that do not come in the text: the path of the request has them.</param>
internal sealed class JsonReading(ReadOnlySequence<byte> body, FrozenSet<FieldDescriptor> elsewhere)
{
    private const int ShownMax = 80;

    /// <summary>Where the reading is.</summary>
    public JsonPath Path { get; } = new();

    /// <summary>What was wrong.</summary>
    public WireProblems Problems { get; } = new();

    /// <summary>Whether a field's value comes with the path.</summary>
    public bool IsElsewhere(FieldDescriptor field) => elsewhere.Contains(field);

    /// <summary>Adds a problem with what the reader is at, and goes behind it.</summary>
    public void Add(ref Utf8JsonReader reader, string expected)
    {
        // A body may be wrong in a million places.
        if (!Problems.IsFull)
        {
            Add($"expected {expected}; found {Describe(ref reader)}.");
        }

        reader.Skip();
    }

    /// <summary>Adds a problem with where the reading is.</summary>
    public void Add(string message)
    {
        if (!Problems.IsFull)
        {
            Problems.Add(Path.ToString(), message);
        }
    }

    /// <summary>The text that the reader is at; where it is none, that is a problem.</summary>
    public bool TryReadText(ref Utf8JsonReader reader, string expected, [NotNullWhen(true)] out string? text)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            Add(ref reader, expected);
            text = null;
            return false;
        }

        return TryDecode(ref reader, out text);
    }

    /// <summary>The name or text that the reader is at; bytes or escapes that are no Unicode are a problem.</summary>
    public bool TryDecode(ref Utf8JsonReader reader, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = reader.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            // The reader's way to say so.
            Add("expected Unicode text; found bytes or escapes that are none.");
            text = null;
            return false;
        }
    }

    /// <summary>The JSON text of the value that the reader is at; the reader goes to its end.</summary>
    public string ReadRaw(ref Utf8JsonReader reader)
    {
        long start = reader.TokenStartIndex;
        reader.Skip();
        return Encoding.UTF8.GetString(body.Slice(start, reader.BytesConsumed - start));
    }

    /// <summary>At most so much of a caller's text as an error should repeat.</summary>
    public static string Shorten(string text) => text.Length <= ShownMax ? text : $"{text[..ShownMax]}…";

    private static string Describe(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.Null => "null",
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        JsonTokenType.String => $"\"{Shorten(Raw(ref reader))}\"",
        _ => Shorten(Raw(ref reader)),
    };

    private static string Raw(ref Utf8JsonReader reader)
        => reader.HasValueSequence
            ? Encoding.UTF8.GetString(
                reader.ValueSequence.Slice(0, Math.Min(reader.ValueSequence.Length, 4 * ShownMax)))
            : Encoding.UTF8.GetString(reader.ValueSpan[..Math.Min(reader.ValueSpan.Length, 4 * ShownMax)]);
}

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Linr.Formats;

namespace Linr.Ingest.Internal;

/// <summary>A change as a line of JSON, as a source of files reads it.</summary>
internal static class ChangeText
{
    private static readonly JsonWriterOptions s_options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The line, without its end.</summary>
    /// <param name="change">The change, be it one that the schema refuses.</param>
    /// <param name="schema">What the line is read with: it says which fields have one value, which have several.</param>
    public static string Of(ItemChange change, Schema schema)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, s_options))
        {
            Write(json, change, schema);
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    private static void Write(Utf8JsonWriter json, ItemChange change, Schema schema)
    {
        json.WriteStartObject();
        json.WriteString(ItemChangeReader.KindColumn, change.Kind switch
        {
            ChangeKind.Upsert => "upsert",
            ChangeKind.Update => "update",
            _ => "delete",
        });
        if (change.Version is { } version)
        {
            json.WriteNumber(ItemChangeReader.VersionColumn, version);
        }

        json.WriteString("id", change.Id.ToString());
        foreach ((string name, IReadOnlyList<Value> values) in change.Item.Fields)
        {
            json.WritePropertyName(name);
            Write(json, values, isOne: schema.FindField(name) is { MultiValued: false } && values.Count <= 1);
        }

        foreach ((string name, ReadOnlyMemory<float> embedding) in change.Item.Embeddings)
        {
            json.WriteStartArray(name);
            foreach (float number in embedding.Span)
            {
                Write(json, number);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    // Not as a value: that has no minus zero.
    private static void Write(Utf8JsonWriter json, float number)
    {
        if (float.IsFinite(number))
        {
            json.WriteNumberValue((double)number);
        }
        else
        {
            json.WriteStringValue(Value.OfFloat(number).ToString());
        }
    }

    // An array that is a JSON value is not the array of a field's values.
    private static void Write(Utf8JsonWriter json, IReadOnlyList<Value> values, bool isOne)
    {
        if (isOne && values.Count == 0)
        {
            json.WriteNullValue();
            return;
        }

        if (!isOne)
        {
            json.WriteStartArray();
        }

        foreach (Value value in values)
        {
            Write(json, value);
        }

        if (!isOne)
        {
            json.WriteEndArray();
        }
    }

    private static void Write(Utf8JsonWriter json, Value value)
    {
        switch (value.Type)
        {
            case FieldType.Integer:
                json.WriteNumberValue(value.Integer);
                break;
            case FieldType.Float when double.IsFinite(value.Float):
                json.WriteNumberValue(value.Float);
                break;
            case FieldType.Boolean:
                json.WriteBooleanValue(value.Boolean);
                break;
            case FieldType.Json when IsJson(value.Text):
                json.WriteRawValue(value.Text, skipInputValidation: true);
                break;
            default:
                json.WriteStringValue(value.ToString());
                break;
        }
    }

    private static bool IsJson(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

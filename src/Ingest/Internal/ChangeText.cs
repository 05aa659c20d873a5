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
    public static string Of(ItemChange change)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, s_options))
        {
            Write(json, change);
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    private static void Write(Utf8JsonWriter json, ItemChange change)
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
            json.WriteStartArray(name);
            foreach (Value value in values)
            {
                Write(json, value);
            }

            json.WriteEndArray();
        }

        foreach ((string name, ReadOnlyMemory<float> embedding) in change.Item.Embeddings)
        {
            json.WriteStartArray(name);
            foreach (float number in embedding.Span)
            {
                Write(json, Value.OfFloat(number));
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
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
            default:
                json.WriteStringValue(value.ToString());
                break;
        }
    }
}

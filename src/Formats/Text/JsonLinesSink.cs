using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Linr.Formats.Rows;

namespace Linr.Formats.Text;

/// <summary>Writes JSON Lines. A missing value is left out, dates are ISO 8601, bytes base64, lists arrays.</summary>
internal sealed class JsonLinesSink : RowSink
{
    private readonly Stream _stream;
    private readonly Utf8JsonWriter _json;
    private readonly JsonEncodedText[] _names;
    private int _next;

    public JsonLinesSink(string path, IReadOnlyList<SinkColumn> columns)
    {
        // The file is data, never part of a web page: text stays readable.
        JavaScriptEncoder encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        _names = [.. columns.Select(column => JsonEncodedText.Encode(column.Name, encoder))];
        _stream = DataFile.OpenWrite(path);
        _json = new Utf8JsonWriter(_stream, new JsonWriterOptions { Encoder = encoder });
        _json.WriteStartObject();
    }

    /// <inheritdoc/>
    public override void AddMissing() => _next++;

    /// <inheritdoc/>
    public override void Add(Value value)
    {
        _json.WritePropertyName(_names[_next++]);
        Write(value);
    }

    /// <inheritdoc/>
    public override void Add(IReadOnlyList<Value> values)
    {
        if (values.Count == 0)
        {
            _next++;
            return;
        }

        _json.WriteStartArray(_names[_next++]);
        foreach (Value value in values)
        {
            Write(value);
        }

        _json.WriteEndArray();
    }

    /// <inheritdoc/>
    public override void Add(ReadOnlySpan<float> embedding)
    {
        _json.WriteStartArray(_names[_next++]);
        foreach (float number in embedding)
        {
            _json.WriteNumberValue(number);
        }

        _json.WriteEndArray();
    }

    /// <inheritdoc/>
    public override void EndRow()
    {
        _json.WriteEndObject();
        _json.Flush();
        _stream.WriteByte((byte)'\n');
        _json.Reset();
        _json.WriteStartObject();
        _next = 0;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // The object opened for a row that never came must not reach the file.
        _json.Reset();
        _json.Dispose();
        _stream.Dispose();
    }

    private void Write(Value value)
    {
        switch (value.Type)
        {
            case FieldType.Integer:
                _json.WriteNumberValue(value.Integer);
                break;
            case FieldType.Float when double.IsFinite(value.Float):
                _json.WriteNumberValue(value.Float);
                break;
            case FieldType.Float:
                // JSON has no infinities; the reader takes them as text.
                _json.WriteStringValue(value.Float.ToString("R", CultureInfo.InvariantCulture));
                break;
            case FieldType.Boolean:
                _json.WriteBooleanValue(value.Boolean);
                break;
            case FieldType.Bytes:
                _json.WriteBase64StringValue(value.Bytes.Span);
                break;
            case FieldType.Json:
                _json.WriteRawValue(value.Text);
                break;
            default:
                _json.WriteStringValue(value.ToString());
                break;
        }
    }
}

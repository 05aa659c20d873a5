using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Linr.Formats;
using Linr.Formats.Rows;

namespace Linr.Ingest.Postgres;

/// <summary>One row of a table, of which each column is the server's text of it, nothing, or as it was.</summary>
internal sealed class PostgresRow : RowSource
{
    private static readonly JsonWriterOptions s_json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly PostgresColumn[] _columns;
    private readonly string[] _names;
    private readonly bool[] _isEmbedding;
    private readonly (bool IsGiven, byte[]? Text)[] _values;
    private readonly List<byte[]?> _elements = [];
    private int _selected;

    /// <param name="table">The table's name, for reports.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="embeddings">The columns of embeddings: their bytes are float32, little-endian.</param>
    public PostgresRow(string table, IReadOnlyList<PostgresColumn> columns, IReadOnlySet<string> embeddings)
        : base(table)
    {
        _columns = [.. columns];
        _names = [.. columns.Select(column => column.Name)];
        _isEmbedding = [.. columns.Select(column => embeddings.Contains(column.Name))];
        _values = new (bool, byte[]?)[columns.Count];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => _names;

    /// <summary>Bytes of the row's text.</summary>
    public long Bytes { get; private set; }

    /// <summary>Begins a row, of which no column is given yet.</summary>
    public void Clear()
    {
        Array.Clear(_values);
        Bytes = 0;
        Position++;
    }

    /// <summary>Sets a column.</summary>
    /// <param name="column">Its place.</param>
    /// <param name="text">The server's text of it; null for no value.</param>
    public void Set(int column, byte[]? text)
    {
        _values[column] = (true, text);
        Bytes += text?.Length ?? 0;
    }

    /// <summary>Takes over the columns that are not given, as another row has them.</summary>
    public void Complete(PostgresRow from)
    {
        for (int column = 0; column < _values.Length; column++)
        {
            if (!_values[column].IsGiven)
            {
                Set(column, from._values[column].Text);
            }
        }
    }

    /// <summary>Whether one of some columns is as it was, and not given.</summary>
    public bool LacksAny(IEnumerable<string> columns)
        => columns.Any(name => Array.IndexOf(_names, name) is >= 0 and var column && !_values[column].IsGiven);

    /// <inheritdoc/>
    public override int Find(ColumnRef column) => FindAmong(_names, column);

    /// <inheritdoc/>
    public override bool Read() => true;

    /// <inheritdoc/>
    public override bool Has(int column) => _values[column].IsGiven;

    /// <inheritdoc/>
    public override int Select(int column, bool multiValued)
    {
        _selected = column;
        _elements.Clear();
        byte[]? text = _values[column].Text;
        if (text is null)
        {
            return 0;
        }

        if (_columns[column].ElementType == "bytea" && !_columns[column].IsArray)
        {
            byte[] bytes = FromHex(column, text);
            _elements.Add(bytes);
            if (_isEmbedding[column] && bytes.Length % sizeof(float) != 0)
            {
                throw Error(column, $"float32 numbers of {sizeof(float)} bytes", $"{bytes.Length} bytes");
            }

            return _isEmbedding[column] ? bytes.Length / sizeof(float) : 1;
        }

        if (!_columns[column].IsArray)
        {
            _elements.Add(text);
        }
        else if (!PostgresArray.TrySplit(text, _elements))
        {
            throw Error(column, "an array", Cell.OfUtf8(CellKind.Text, text).Describe());
        }

        return _elements.Count;
    }

    /// <inheritdoc/>
    public override Cell Value(int position)
    {
        if (_elements[position] is not { } text)
        {
            return default;
        }

        return _columns[_selected].ElementType switch
        {
            "bool" => Cell.OfBoolean(text is [(byte)'t', ..]),
            "bytea" when !_columns[_selected].IsArray => Cell.OfUtf8(CellKind.Bytes, text),
            "bytea" => Cell.OfUtf8(CellKind.Bytes, FromHex(_selected, text)),
            _ => Cell.OfUtf8(CellKind.Text, text),
        };
    }

    /// <inheritdoc/>
    public override bool TryCopyFloats(Span<float> values)
    {
        if (!_isEmbedding[_selected] || _columns[_selected].Type != "bytea")
        {
            return false;
        }

        byte[] bytes = _elements[0]!;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float)));
        }

        return true;
    }

    /// <summary>The row as a JSON object of the server's texts, for reports.</summary>
    public override string ToString()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, s_json))
        {
            json.WriteStartObject();
            for (int column = 0; column < _values.Length; column++)
            {
                if (_values[column].IsGiven)
                {
                    byte[]? text = _values[column].Text;
                    json.WriteString(_names[column], text is null ? null : Encoding.UTF8.GetString(text));
                }
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }

    private byte[] FromHex(int column, byte[] text)
        => text.AsSpan().StartsWith("\\x"u8) ? Convert.FromHexString(Encoding.ASCII.GetString(text, 2, text.Length - 2))
            : throw Error(
                column, "bytes in hexadecimal digits behind \\x", Cell.OfUtf8(CellKind.Text, text).Describe());
}

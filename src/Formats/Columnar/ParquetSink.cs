using System.IO.Compression;
using Linr.Formats.Rows;
using Parquet;
using Parquet.Schema;

namespace Linr.Formats.Columnar;

/// <summary>
/// Writes Parquet (Zstandard), a row group each <see cref="GroupRows"/> rows or about <see cref="GroupBytes"/> bytes.
/// Every column is nullable; an embedding is a list of floats, a date a timestamp in microseconds.
/// </summary>
internal sealed class ParquetSink : RowSink
{
    private const int GroupRows = 65_536;
    private const long GroupBytes = 16L * 1024 * 1024;
    private readonly Stream _stream;
    private readonly ParquetWriter _writer;
    private readonly ParquetBuffer[] _buffers;
    private int _next;
    private int _rows;

    public ParquetSink(string path, IReadOnlyList<SinkColumn> columns)
    {
        _buffers = [.. columns.Select(ParquetBuffer.Create)];
        var schema = new ParquetSchema(_buffers.Select(buffer => buffer.Field));
        _stream = DataFile.OpenWrite(path);
        // The library's own default is the strongest level, twenty times slower for a file hardly smaller.
        var options = new ParquetOptions
        {
            CompressionMethod = CompressionMethod.Zstd,
            CompressionLevel = CompressionLevel.Optimal,
        };
        _writer = ParquetWriter.CreateAsync(schema, _stream, options).GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public override void AddMissing() => _buffers[_next++].AddMissing();

    /// <inheritdoc/>
    public override void Add(Value value) => _buffers[_next++].Add(value);

    /// <inheritdoc/>
    public override void Add(IReadOnlyList<Value> values) => _buffers[_next++].Add(values);

    /// <inheritdoc/>
    public override void Add(ReadOnlySpan<float> embedding) => _buffers[_next++].Add(embedding);

    /// <inheritdoc/>
    public override void EndRow()
    {
        _next = 0;
        long bytes = 0;
        foreach (ParquetBuffer buffer in _buffers)
        {
            bytes += buffer.Bytes;
        }

        if (++_rows == GroupRows || bytes >= GroupBytes)
        {
            WriteGroup();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_rows > 0)
        {
            WriteGroup();
        }

        _writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _stream.Dispose();
    }

    private void WriteGroup()
    {
        using ParquetRowGroupWriter group = _writer.CreateRowGroup();
        foreach (ParquetBuffer buffer in _buffers)
        {
            buffer.WriteTo(group);
        }

        _rows = 0;
    }
}

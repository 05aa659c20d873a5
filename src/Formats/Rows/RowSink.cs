namespace Linr.Formats.Rows;

/// <summary>
/// Writes rows to one file, whatever its format. A row is one call a column, in the order of the columns, and then
/// <see cref="EndRow"/>. Disposing completes the file.
/// </summary>
internal abstract class RowSink : IDisposable
{
    /// <summary>The next column has no value in this row.</summary>
    public abstract void AddMissing();

    /// <summary>The next column has this one value.</summary>
    public abstract void Add(Value value);

    /// <summary>The next column, a list, has these values; none means missing.</summary>
    public abstract void Add(IReadOnlyList<Value> values);

    /// <summary>The next column has this embedding.</summary>
    public abstract void Add(ReadOnlySpan<float> embedding);

    /// <summary>The row is complete.</summary>
    public abstract void EndRow();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Completes and closes the file.</summary>
    protected abstract void Dispose(bool disposing);

    /// <summary>Creates or replaces a file.</summary>
    /// <exception cref="DataFormatException">Linr does not write that format.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static RowSink Create(string path, IReadOnlyList<SinkColumn> columns)
    {
        DataFormat format = DataFile.FormatOf(path);
        return format switch
        {
            DataFormat.Csv => new Text.DelimitedSink(path, ',', columns),
            DataFormat.Tsv => new Text.DelimitedSink(path, '\t', columns),
            DataFormat.JsonLines => new Text.JsonLinesSink(path, columns),
            DataFormat.Parquet => new Columnar.ParquetSink(path, columns),
            _ => throw DataFormatException.OfFile(
                path,
                "a file name that ends in .csv, .tsv, .jsonl or .parquet",
                $"the format {format}, which is not written"),
        };
    }
}

using Linr.Formats.Rows;

namespace Linr.Formats;

/// <summary>Items in CSV, TSV, JSON Lines, Parquet and Arrow files, read as a stream.</summary>
public static class ItemFile
{
    private static readonly string[] IdNames = ["id", "key", .. InteractionColumns.Item];

    /// <summary>Finds out from the first rows what the items look like.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What is known already: the id's column, the separator, how many rows to look at.</param>
    /// <exception cref="DataFormatException">The file has no row, or is not of its format.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static InferredSchema Infer(string path, ItemOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ItemOptions stated = options ?? new ItemOptions();
        using RowSource source = Open(path, stated);
        return SchemaInference.Infer(source, stated);
    }

    /// <summary>
    /// Reads the items one after the other, in the order of the file; each enumeration is a new pass. Columns that the
    /// schema does not name are left unread; an embedding that the file does not have is missing from each item.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What the items look like; left open, <see cref="Infer"/> finds out at once.</param>
    /// <param name="report">Counts good and bad rows while they are read.</param>
    /// <exception cref="DataFormatException">
    /// A column is missing, the file is not of its format, or (while reading) a row is bad and bad rows are not
    /// skipped.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IEnumerable<Item> Read(string path, ItemOptions? options = null, ReadReport? report = null)
    {
        ItemOptions stated = options ?? new ItemOptions();
        return ReadRows(path, stated.Schema is null ? Infer(path, stated).Apply(stated) : stated, report);
    }

    /// <summary>
    /// Starts a file of items: the column <c>id</c>, then the schema's fields and embeddings, each in a column of its
    /// name. <see cref="Read"/> with the same schema gives the items back.
    /// </summary>
    /// <param name="path">
    /// The file, created or replaced; its extension is the format: CSV, TSV, JSON Lines or Parquet.
    /// </param>
    /// <param name="schema">What the items look like.</param>
    /// <exception cref="DataFormatException">The extension is none that is written.</exception>
    /// <exception cref="ArgumentException">A field or an embedding is named <c>id</c>.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static ItemWriter Create(string path, Schema schema)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(schema);
        return new ItemWriter(path, schema);
    }

    /// <summary>
    /// The column of the id: the stated one, else one with a well-known name, else the first; <c>id</c> where the
    /// columns are not known before the first row.
    /// </summary>
    internal static ColumnRef IdColumn(RowSource source, ItemOptions options)
        => options.Id
            ?? InteractionColumns.Among(source.Columns, IdNames)
            ?? (source.Columns.Count == 0 ? ColumnRef.OfName("id") : ColumnRef.OfPlace(1));

    private static IEnumerable<Item> ReadRows(string path, ItemOptions options, ReadReport? report)
    {
        using RowSource source = Open(path, options);
        var reader = new ItemReader(source, options, report);
        while (reader.Read(out Item? item))
        {
            yield return item;
        }
    }

    private static RowSource Open(string path, ItemOptions options) => RowSources.Open(path, options, _ => true);
}

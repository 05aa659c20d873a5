using Linr.Formats.Rows;

namespace Linr.Formats;

/// <summary>Embeddings in <c>.npy</c>, fvecs, bvecs, ivecs, Parquet, Arrow, JSON Lines, CSV and TSV files.</summary>
public static class EmbeddingFile
{
    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Where its ids and numbers are.</param>
    /// <param name="report">Counts good and bad rows while they are read.</param>
    /// <exception cref="DataFormatException">
    /// The file is not of its format, or does not hold embeddings of one dim.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static EmbeddingReader Open(string path, EmbeddingOptions? options = null, ReadReport? report = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        EmbeddingOptions stated = options ?? new EmbeddingOptions();
        DataFormat format = stated.Format ?? DataFile.FormatOf(path);
        return format switch
        {
            DataFormat.Npy or DataFormat.Fvecs or DataFormat.Bvecs or DataFormat.Ivecs =>
                new MatrixReader(path, MatrixLayout.Read(path, format), stated, report),
            _ => OpenColumns(path, stated, report),
        };
    }

    /// <summary>
    /// Starts a file of 32-bit embeddings. <c>.npy</c> and <c>.fvecs</c> have no place for ids: these go, one a line,
    /// to the file of the same name that ends in <c>.ids.txt</c>.
    /// </summary>
    /// <param name="path">
    /// The file, created or replaced; its extension is the format: npy, fvecs, Parquet, JSON Lines, CSV or TSV.
    /// </param>
    /// <param name="dim">The width of every embedding.</param>
    /// <param name="idKind">What items are named by.</param>
    /// <param name="name">The column of the embedding, in a file that has columns.</param>
    /// <exception cref="DataFormatException">The extension is none that is written.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static EmbeddingWriter Create(string path, int dim, IdKind idKind, string name = "embedding")
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(dim, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dim, Limits.DimMax);
        return DataFile.FormatOf(path) switch
        {
            DataFormat.Npy => new MatrixWriter(path, dim, idKind, isNpy: true),
            DataFormat.Fvecs => new MatrixWriter(path, dim, idKind, isNpy: false),
            _ => new EmbeddingColumnWriter(path, dim, idKind, name),
        };
    }

    /// <summary>Where the ids of a file without ids stand, if not said otherwise.</summary>
    internal static string DefaultIdsPath(string path) => System.IO.Path.ChangeExtension(path, ".ids.txt");

    private static EmbeddingColumnReader OpenColumns(string path, EmbeddingOptions options, ReadReport? report)
    {
        var items = new ItemOptions
        {
            Format = options.Format,
            Delimited = options.Delimited,
            RowBytesMax = options.RowBytesMax,
            Id = options.Id,
            SampleRows = InteractionFile.SampleRows,
        };
        InferredSchema found = ItemFile.Infer(path, items);
        EmbeddingSchema[] embeddings =
        [
            .. found.Schema.Embeddings.Where(
                one => options.Embedding is null
                    || Column(found, one.Name) == options.Embedding
                    || one.Name == options.Embedding?.Name),
        ];
        if (embeddings.Length != 1)
        {
            string expected = options.Embedding is null
                ? "one column of embeddings (or say which)"
                : $"embeddings in the column {DataFormatException.Quote(options.Embedding.Value.ToString())}";
            throw DataFormatException.OfFile(
                path,
                expected,
                embeddings.Length == 0 ? "none" : string.Join(", ", embeddings.Select(one => one.Name)));
        }

        RowSource source = RowSources.Open(path, options, _ => true);
        return new EmbeddingColumnReader(
            source,
            source.Find(found.Id),
            source.Find(Column(found, embeddings[0].Name)),
            embeddings[0].Dim,
            options.IdKind ?? found.Schema.IdKind,
            options,
            report);
    }

    private static ColumnRef Column(InferredSchema found, string name)
        => found.Columns.TryGetValue(name, out ColumnRef column) ? column : ColumnRef.OfName(name);
}

namespace Linr.Index.Embeddings;

/// <summary>
/// Makes an embedding of the rows of another: stored in another way, with other codes, or as codes alone.
/// </summary>
public static class EmbeddingConversion
{
    private const int PieceRows = 4_096;

    /// <summary>Converts every row, as <see cref="EmbeddingColumn.Read"/> gives it.</summary>
    /// <param name="column">The rows.</param>
    /// <param name="rowType">How they are to be stored.</param>
    /// <param name="codes">Which codes they are to have; null for none.</param>
    /// <param name="copy">How they are to be stored a second time; null for not.</param>
    /// <param name="progress">Told how many rows are done; null for nobody.</param>
    /// <param name="cancellation">Looked at between some thousand rows.</param>
    /// <exception cref="ArgumentException">
    /// There are codes alone, which no rows are made of; or a component does not fit.
    /// </exception>
    /// <exception cref="SchemaException">There would be neither rows nor codes, or codes of another kind.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static EmbeddingColumn Convert(
        EmbeddingColumn column,
        RowType rowType,
        EmbeddingCodes? codes,
        RowType? copy,
        IProgress<long>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(column);
        if (column.Schema.RowType == RowType.None)
        {
            throw new ArgumentException(
                $"Embedding \"{column.Schema.Name}\": expected rows to convert; found codes alone.", nameof(column));
        }

        EmbeddingSchema schema = column.Schema with { RowType = rowType, Codes = codes, Copy = copy };
        SchemaValidator.ThrowIfInvalid(new Schema { IdKind = IdKind.Integer, Embeddings = [schema] });
        using var builder = new EmbeddingColumnBuilder(schema);
        var piece = new float[PieceRows * schema.Dim];
        for (long first = 0; first < column.Rows; first += PieceRows)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = (int)Math.Min(PieceRows, column.Rows - first);
            for (int i = 0; i < count; i++)
            {
                column.Read((uint)(first + i), piece.AsSpan(i * schema.Dim, schema.Dim));
            }

            builder.Set((uint)first, piece.AsSpan(0, count * schema.Dim));
            progress?.Report(first + count);
        }

        return builder.Build(column.Rows);
    }
}

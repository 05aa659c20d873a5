namespace Linr;

/// <summary>One named embedding of an item.</summary>
/// <param name="Name">Its name, of the same form as a field's.</param>
/// <param name="Dim">Its width, 1 to <see cref="Limits.DimMax"/>.</param>
/// <param name="Metric">How it is scored.</param>
/// <param name="RowType">How its rows are stored.</param>
/// <param name="Codes">Codes kept beside the rows, for searches that ask for them; null for none.</param>
/// <param name="Copy">
/// A second copy of the rows in fewer bytes, which searches read first: answers are still exact, from the rows. Null
/// for none.
/// </param>
public sealed record EmbeddingSchema(
    string Name,
    int Dim,
    Metric Metric = Metric.Cosine,
    RowType RowType = RowType.Float32,
    EmbeddingCodes? Codes = null,
    RowType? Copy = null);

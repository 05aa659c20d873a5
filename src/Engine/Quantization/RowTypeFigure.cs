namespace Linr.Engine.Quantization;

/// <summary>What was measured of rows of another kind, made of the embedding's own and searched exactly.</summary>
/// <param name="RowType">How they are stored.</param>
/// <param name="RowBytes">Bytes of an item's row, its scale included.</param>
/// <param name="K">Hits.</param>
/// <param name="Recall">The share of the exact answers' hits that these answers have, mean over the queries.</param>
/// <param name="MedianUs">Microseconds a query, batch 1, median over the queries.</param>
/// <param name="TimesAsFast">
/// The exact search's median for the same K and queries, taken in turns with this one, over this one's.
/// </param>
public sealed record RowTypeFigure(
    RowType RowType, int RowBytes, int K, double Recall, double MedianUs, double TimesAsFast);

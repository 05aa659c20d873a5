namespace Linr.Engine.Quantization;

/// <summary>What was measured of one way to search by codes.</summary>
/// <param name="Bits">Bits of a code.</param>
/// <param name="IsAsymmetric">Whether the query kept eight bits a sum.</param>
/// <param name="KeepShare">The share of the items that was rescored; null for codes alone.</param>
/// <param name="K">Hits.</param>
/// <param name="Kept">Candidates: the share of the items, K at least; K for codes alone.</param>
/// <param name="Recall">The share of the exact answers' hits that these answers have, mean over the queries.</param>
/// <param name="MedianUs">Microseconds a query, batch 1, median over the queries.</param>
/// <param name="TimesAsFast">
/// The exact search's median for the same K and queries, taken in turns with this one, over this one's.
/// </param>
public sealed record QuantizationFigure(
    int Bits, bool IsAsymmetric, double? KeepShare, int K, int Kept, double Recall, double MedianUs, double TimesAsFast)
{
    /// <summary>Bytes of an item's code.</summary>
    public int CodeBytes => Bits / 8;
}

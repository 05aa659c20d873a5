namespace Linr.Engine.Quantization;

/// <summary>What the exact search took, which the others are compared with.</summary>
/// <param name="K">Hits.</param>
/// <param name="MedianUs">
/// Microseconds a query, batch 1: it is timed beside each width of codes, and this is the median of their medians.
/// </param>
public sealed record ExactFigure(int K, double MedianUs);

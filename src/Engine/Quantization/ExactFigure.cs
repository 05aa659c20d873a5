namespace Linr.Engine.Quantization;

/// <summary>What the exact search took, which the others are compared with.</summary>
/// <param name="K">Hits.</param>
/// <param name="MedianUs">Microseconds a query, batch 1: the median over the passes of each one's median.</param>
public sealed record ExactFigure(int K, double MedianUs);

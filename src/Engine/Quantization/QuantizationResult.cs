namespace Linr.Engine.Quantization;

/// <summary>A run of <see cref="QuantizationBench"/>.</summary>
/// <param name="Embedding">The embedding that was searched.</param>
/// <param name="RowBytes">Bytes of an item's row.</param>
/// <param name="ItemCount">Items.</param>
/// <param name="QueryCount">Queries.</param>
/// <param name="Seed">What the queries were drawn from.</param>
/// <param name="ThreadCount">Threads of a scan.</param>
/// <param name="Ks">The sizes of an answer that were measured.</param>
/// <param name="SkippedKs">Those that were not: every item would be a hit.</param>
/// <param name="Exact">The exact search, a figure a size.</param>
/// <param name="Figures">A figure a way to search by codes and size.</param>
public sealed record QuantizationResult(
    EmbeddingSchema Embedding,
    int RowBytes,
    long ItemCount,
    int QueryCount,
    long Seed,
    int ThreadCount,
    IReadOnlyList<int> Ks,
    IReadOnlyList<int> SkippedKs,
    IReadOnlyList<ExactFigure> Exact,
    IReadOnlyList<QuantizationFigure> Figures)
{
    /// <summary>A figure a kind of rows of fewer bits and size.</summary>
    public IReadOnlyList<RowTypeFigure> RowTypes { get; init; } = [];
}

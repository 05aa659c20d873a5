namespace Linr.Cli.Data;

/// <summary>What `linr build` was asked to read.</summary>
internal sealed record BuildOptions(
    ItemInput Items,
    IReadOnlyList<EmbeddingArgument> Embeddings,
    Metric Metric,
    RowType RowType,
    EmbeddingCodes? Codes,
    RowType? Copy,
    EmbeddingArgument? ItemTower = null);

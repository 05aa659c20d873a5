namespace Linr.Cli.Data;

/// <summary>What `linr build` was asked to read.</summary>
internal sealed record BuildOptions(
    string? ItemsPath,
    IReadOnlyList<EmbeddingArgument> Embeddings,
    string? SchemaPath,
    string? IdColumn,
    Metric Metric,
    RowType RowType,
    bool SkipBadRows);

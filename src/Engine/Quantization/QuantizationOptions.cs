namespace Linr.Engine.Quantization;

/// <summary>What <see cref="QuantizationBench"/> measures.</summary>
public sealed record QuantizationOptions
{
    /// <summary>The embedding; null is the model's first.</summary>
    public string? Embedding { get; init; }

    /// <summary>Queries, Q, 1 or more.</summary>
    public int QueryCount { get; init; } = 200;

    /// <summary>What the queries are drawn from.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Threads of a scan, 1 or more.</summary>
    public int ThreadCount { get; init; } = 1;

    /// <summary>Bits of a code, each a multiple of 64 from 64 to 1,024.</summary>
    public IReadOnlyList<int> Bits { get; init; } = [64, 128, 256, 512, 1_024];

    /// <summary>Kinds of rows to make of the embedding's own; its own kind is left out.</summary>
    public IReadOnlyList<RowType> RowTypes { get; init; } = [RowType.Float16, RowType.Int8];

    /// <summary>Sizes of an answer, K, 1 or more; those that reach the number of items are left out.</summary>
    public IReadOnlyList<int> Ks { get; init; } = [10, 100, 1_000];

    /// <summary>Shares of the items that are rescored, above 0 and at most 1; codes alone are measured too.</summary>
    public IReadOnlyList<double> KeepShares { get; init; } = [0.001, 0.01, 0.05];
}

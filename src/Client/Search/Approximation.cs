namespace Linr.Client;

/// <summary>How a search may use codes, or smaller copies of rows, instead of rows.</summary>
public sealed record Approximation
{
    /// <summary>What is scored first: codes or copies; null: codes where the embedding has some, else copies.</summary>
    public ScoreSource? By { get; init; }

    /// <summary>Whether the best get their scores from what <see cref="RescoresFrom"/> says.</summary>
    public bool Rescores { get; init; } = true;

    /// <summary>What the best are rescored from: their rows, or their copies.</summary>
    public ScoreSource RescoresFrom { get; init; } = ScoreSource.Rows;

    /// <summary>The share of the passing items that is rescored, above 0 and at most 1.</summary>
    public double? KeepShare { get; init; }

    /// <summary>How many items are rescored; give one of the two.</summary>
    public int? KeepCount { get; init; }

    /// <summary>Whether the query keeps eight bits a sum instead of one.</summary>
    public bool IsAsymmetric { get; init; }
}

namespace Linr.Bench.Device;

/// <summary>A run over a table that changes.</summary>
internal sealed record LiveReport
{
    public required string Device { get; init; }

    public required string Driver { get; init; }

    public required string? Commit { get; init; }

    public required string Command { get; init; }

    public required DateTime Date { get; init; }

    public required long Rows { get; init; }

    public required int K { get; init; }

    public required double Seconds { get; init; }

    public required int Rounds { get; init; }

    /// <summary>Searches of the same rows, below the engine, which do not change and have no mask.</summary>
    public required IReadOnlyList<LiveFigure> Still { get; init; }

    public required IReadOnlyList<LiveFigure> Figures { get; init; }

    public required IReadOnlyList<FreshnessFigure> Freshness { get; init; }
}

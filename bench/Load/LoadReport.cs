namespace Linr.Bench.Load;

/// <summary>A run.</summary>
internal sealed record LoadReport
{
    public required string Machine { get; init; }

    public required int Processors { get; init; }

    public required string? Commit { get; init; }

    public required DateTime Date { get; init; }

    public required string Command { get; init; }

    public required string Model { get; init; }

    public required long Items { get; init; }

    /// <summary>What scanned.</summary>
    public required string Engine { get; init; }

    public required string Searches { get; init; }

    public required int Clients { get; init; }

    public required bool ArrivesByChance { get; init; }

    public required StageFigure Saturated { get; init; }

    public required IReadOnlyList<StageFigure> Stages { get; init; }

    /// <summary>At the target, for a minute or more.</summary>
    public required StageFigure Target { get; init; }

    public required AddedFigure Added { get; init; }

    public SoakFigure? Soak { get; init; }

    /// <summary>How busy others kept the machine before it began: the load average of a minute.</summary>
    public required double LoadBefore { get; init; }
}

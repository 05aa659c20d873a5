using Linr.Engine;

namespace Linr.Bench.Load;

/// <summary>What is measured.</summary>
internal sealed record LoadOptions
{
    /// <summary>The share of the saturated rate that a service is to run at.</summary>
    public const double TargetShare = 0.7;

    public const double P99GoalMs = 5;
    public const double AddedGoalMs = 0.3;

    /// <summary>The model file; where there is none one of random items is made. Null: it is not kept.</summary>
    public string? Model { get; init; }

    /// <summary>Random items.</summary>
    public required int Items { get; init; }

    public required int Dim { get; init; }

    public required int K { get; init; }

    /// <summary>The filter of every search; null: none.</summary>
    public string? Filter { get; init; }

    /// <summary>Whether each search of random items has LiNR's two clauses of its own.</summary>
    public required bool HasClauses { get; init; }

    /// <summary>What scans, in the service and beside it.</summary>
    public required EngineDevice Device { get; init; }

    /// <summary>Batches that the service runs at once.</summary>
    public required int Batches { get; init; }

    /// <summary>Searches a second of each stage; none: shares of the saturated rate.</summary>
    public required IReadOnlyList<double> Rates { get; init; }

    /// <summary>How long the target is measured.</summary>
    public required TimeSpan Target { get; init; }

    public required int Clients { get; init; }

    /// <summary>Whether requests arrive by chance, not evenly.</summary>
    public required bool ArrivesByChance { get; init; }

    /// <summary>How long each stage is measured.</summary>
    public required TimeSpan Stage { get; init; }

    /// <summary>How long it runs before each is.</summary>
    public required TimeSpan WarmUp { get; init; }

    /// <summary>How long it runs at the target; zero: only the stages are measured.</summary>
    public required TimeSpan Soak { get; init; }

    /// <summary>Items changed a second during the soak.</summary>
    public required double Updates { get; init; }

    public required string Folder { get; init; }

    public required int Seed { get; init; }
}

using System.Text.Json;

namespace Linr.Training.Evaluation;

/// <summary>What an evaluation found.</summary>
public sealed record EvaluationReport
{
    /// <summary>How the held-out interaction was chosen, in words.</summary>
    public required string Split { get; init; }

    /// <summary>Users that were ranked for.</summary>
    public required int Users { get; init; }

    /// <summary>Items that were ranked, all of them for each user.</summary>
    public required int Items { get; init; }

    /// <summary>Each system on each slice.</summary>
    public required IReadOnlyList<SystemResult> Results { get; init; }

    /// <summary>The first system against each of the others, on each slice.</summary>
    public required IReadOnlyList<SystemDifference> Differences { get; init; }

    /// <summary>How well rankers predict their tasks.</summary>
    public IReadOnlyList<Rankers.TaskResult> Tasks { get; init; } = [];

    /// <summary>The report as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, TrainingJson.Default.EvaluationReport);
}

using System.Text.Json;

namespace Linr.Training.Evaluation.Comparison;

/// <summary>What a comparison found.</summary>
public sealed record ComparisonReport
{
    /// <summary>How the held-out interaction was chosen, in words.</summary>
    public required string Split { get; init; }

    /// <summary>Users that were ranked for: those whose target all models have.</summary>
    public required int Users { get; init; }

    /// <summary>Users that were left out, since a model lacks their target.</summary>
    public required int UsersLeftOut { get; init; }

    /// <summary>Items that were ranked: those that all models have.</summary>
    public required int Items { get; init; }

    /// <summary>Items of the data, whether the models have them or not.</summary>
    public required int ItemsOfData { get; init; }

    /// <summary>The models; differences are to the first.</summary>
    public required IReadOnlyList<ReportedModel> Models { get; init; }

    /// <summary>Names of the metrics, in the order of tables.</summary>
    public required IReadOnlyList<string> Metrics { get; init; }

    /// <summary>The slices; the first is all users.</summary>
    public required IReadOnlyList<ComparisonSlice> Slices { get; init; }

    /// <summary>The report as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, TrainingJson.Default.ComparisonReport);
}

/// <summary>A model of a report.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Items">Items of the data that it has.</param>
/// <param name="Systems">Its ways to score.</param>
public sealed record ReportedModel(string Name, int Items, IReadOnlyList<ReportedSystem> Systems);

/// <summary>A way to score.</summary>
/// <param name="Name">Its name within the model.</param>
/// <param name="Query">How it turns a history into a query, in words.</param>
public sealed record ReportedSystem(string Name, string Query);

/// <summary>All systems on one slice of the users.</summary>
/// <param name="Name">The slice's name.</param>
/// <param name="Users">Users of the slice.</param>
/// <param name="Items">Items that were ranked for each.</param>
/// <param name="Results">Each system; none where there is no user.</param>
/// <param name="Differences">Systems of later models minus those of the first; none where there is no user.</param>
public sealed record ComparisonSlice(
    string Name,
    int Users,
    int Items,
    IReadOnlyList<ComparedResult> Results,
    IReadOnlyList<ComparedDifference> Differences);

/// <summary>One system on one slice.</summary>
/// <param name="Model">The model.</param>
/// <param name="System">The system.</param>
/// <param name="Metrics">Each metric's mean over the users and its 95 % interval.</param>
/// <param name="Coverage">Share of the ranked items that stood among the first ten of a user of the slice.</param>
public sealed record ComparedResult(
    string Model, string System, IReadOnlyDictionary<string, Interval> Metrics, double Coverage);

/// <summary>One system minus another one, over the same users.</summary>
/// <param name="Model">The model.</param>
/// <param name="System">The system.</param>
/// <param name="AgainstModel">The model of the other, the first.</param>
/// <param name="AgainstSystem">The other, which is subtracted.</param>
/// <param name="Metrics">Each metric's mean difference and its 95 % interval, by a paired bootstrap.</param>
public sealed record ComparedDifference(
    string Model,
    string System,
    string AgainstModel,
    string AgainstSystem,
    IReadOnlyDictionary<string, Interval> Metrics);

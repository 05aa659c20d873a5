using Linr.Training.Evaluation;

namespace Linr.Training.Rankers;

/// <summary>How well a ranker predicts one task for held-out interactions.</summary>
/// <param name="System">The ranker.</param>
/// <param name="Task">The task.</param>
/// <param name="Metric">
/// <c>auc</c>: the share of a user's candidates that get a lower score than what the user took, equal ones half, of
/// users whose item is a candidate. <c>rmse</c>: the root of the mean squared difference to what the user gave.
/// </param>
/// <param name="Users">Users that it is of.</param>
/// <param name="Value">The figure and its 95 % bootstrap interval over users.</param>
/// <param name="Otherwise">
/// The same of what it must beat: of the scores of retrieval, or of the mean that training saw.
/// </param>
public sealed record TaskResult(
    string System, string Task, string Metric, int Users, Interval Value, Interval Otherwise);

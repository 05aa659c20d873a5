namespace Linr.Training.Evaluation.Comparison;

/// <summary>How far a comparison is.</summary>
/// <param name="Doing">What is done now, in words.</param>
/// <param name="Done">Rankings done, a user and a system each.</param>
/// <param name="Total">Rankings in all.</param>
public readonly record struct ComparisonProgress(string Doing, long Done, long Total);

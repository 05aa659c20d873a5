namespace Linr.Training.Evaluation.Comparison;

/// <summary>A model among others that are compared.</summary>
/// <param name="Name">What it is called in tables, unlike the others.</param>
/// <param name="Systems">Its ways to score, one or more, no two of one name.</param>
public sealed record ComparedModel(string Name, IReadOnlyList<ComparedSystem> Systems)
{
    /// <summary>Whether it has an item, by the data's rows; null: it has all.</summary>
    public IReadOnlyList<bool>? HasItem { get; init; }
}

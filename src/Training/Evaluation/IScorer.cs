using Linr.Training.Data;

namespace Linr.Training.Evaluation;

/// <summary>What is evaluated: scores every item for a user.</summary>
public interface IScorer
{
    /// <summary>Its name in the table.</summary>
    string Name { get; }

    /// <summary>Scores all items for each case; higher is better.</summary>
    /// <param name="data">The data set that the cases are of.</param>
    /// <param name="cases">The cases.</param>
    /// <param name="scores">Cases * items scores, case after case.</param>
    void Score(InteractionDataset data, ReadOnlySpan<EvaluationCase> cases, Span<float> scores);
}

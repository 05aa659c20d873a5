using Linr.Training.Data;

namespace Linr.Training.Evaluation;

/// <summary>A scorer under another name.</summary>
/// <param name="name">The name in the table.</param>
/// <param name="scorer">What scores.</param>
public sealed class NamedScorer(string name, IScorer scorer) : IScorer
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public void Score(InteractionDataset data, ReadOnlySpan<EvaluationCase> cases, Span<float> scores)
        => scorer.Score(data, cases, scores);
}

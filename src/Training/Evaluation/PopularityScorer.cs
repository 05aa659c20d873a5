using Linr.Training.Data;

namespace Linr.Training.Evaluation;

/// <summary>The baseline that ignores the user: how often an item is trained on.</summary>
public sealed class PopularityScorer : IScorer
{
    private readonly float[] _counts;

    /// <summary>Counts the training interactions of <paramref name="data"/>.</summary>
    public PopularityScorer(InteractionDataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        _counts = Array.ConvertAll(data.TrainingCounts(), count => (float)count);
    }

    /// <inheritdoc/>
    public string Name => "popularity";

    /// <inheritdoc/>
    public void Score(InteractionDataset data, ReadOnlySpan<EvaluationCase> cases, Span<float> scores)
    {
        for (int one = 0; one < cases.Length; one++)
        {
            _counts.CopyTo(scores[(one * _counts.Length)..]);
        }
    }
}

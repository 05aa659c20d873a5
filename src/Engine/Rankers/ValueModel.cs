using Linr.Rankers;

namespace Linr.Engine.Rankers;

/// <summary>
/// One number out of several tasks: the sum of weight times score, added in float64 in the order of the tasks.
/// </summary>
public sealed class ValueModel
{
    private readonly double[] _weights;

    /// <summary>The value model of a ranker.</summary>
    /// <param name="spec">The ranker.</param>
    /// <param name="weights">Weights by task that stand for the ranker's own; null for none.</param>
    public ValueModel(RankerSpec spec, IReadOnlyDictionary<string, double>? weights = null)
    {
        ArgumentNullException.ThrowIfNull(spec);
        _weights = [.. spec.Tasks.Select(
            task => weights is not null && weights.TryGetValue(task.Name, out double own) ? own : task.Weight)];
    }

    /// <summary>The weights, in the order of the tasks.</summary>
    public IReadOnlyList<double> Weights => _weights;

    /// <summary>The value of one candidate.</summary>
    /// <param name="scores">Its scores, one a task.</param>
    public float Of(ReadOnlySpan<float> scores)
    {
        double value = 0;
        for (int task = 0; task < _weights.Length; task++)
        {
            value += _weights[task] * scores[task];
        }

        // No minus zero: it would order equal values.
        return (float)value + 0f;
    }
}

namespace Linr.Training.Evaluation.Comparison;

/// <summary>One way of a model to score.</summary>
/// <param name="Scorer">What scores; its name is the system's.</param>
/// <param name="Query">How it turns a history into a query, in words.</param>
public sealed record ComparedSystem(IScorer Scorer, string Query)
{
    /// <summary>Its name within the model.</summary>
    public string Name => Scorer.Name;
}

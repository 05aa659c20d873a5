namespace Linr.Rankers;

/// <summary>One thing that a ranker predicts of a candidate: what the over-arch gives for it is its raw value.</summary>
/// <param name="Name">Its name, by which requests weigh it.</param>
/// <param name="Kind"><see cref="Probability"/> or <see cref="Value"/>.</param>
/// <param name="Weight">Its weight in the value of a hit, unless a request says another.</param>
public sealed record RankTask(string Name, string Kind, double Weight)
{
    /// <summary>The kind of a task whose score is 1 / (1 + exp(-raw)), such as that of a click.</summary>
    public const string Probability = "probability";

    /// <summary>The kind of a task whose score is offset + scale * raw in a unit of its own, such as a rating.</summary>
    public const string Value = "value";

    /// <summary>Added to a value.</summary>
    public double Offset { get; init; }

    /// <summary>What a value's raw is times.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>The task's score.</summary>
    /// <param name="raw">What the over-arch gives.</param>
    public float ScoreOf(float raw)
        => (float)(Kind == Probability ? 1 / (1 + Math.Exp(-(double)raw)) : Offset + (Scale * raw));
}

namespace Linr.Training.Evaluation;

/// <summary>A mean and its 95 % bootstrap interval over users.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Low">2.5 % of resampled means are below.</param>
/// <param name="High">2.5 % of resampled means are above.</param>
public readonly record struct Interval(double Mean, double Low, double High)
{
    /// <summary>Whether the whole interval is above 0.</summary>
    public bool IsAboveZero => Low > 0;
}

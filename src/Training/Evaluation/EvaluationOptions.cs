namespace Linr.Training.Evaluation;

/// <summary>How systems are evaluated.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Which interaction is to be found.</summary>
    public HeldOut HeldOut { get; init; } = HeldOut.Test;

    /// <summary>Users at most; drawn by the seed where there are more.</summary>
    public int UsersMax { get; init; } = 10_000;

    /// <summary>Items that count as popular for the slice of the others.</summary>
    public int PopularItems { get; init; } = 200;

    /// <summary>Draws users and resamples.</summary>
    public long Seed { get; init; } = 1;
}

namespace Linr.Client;

/// <summary>What mirrored searches said until now.</summary>
public sealed record ShadowComparison
{
    /// <summary>Searches that both answered.</summary>
    public long Compared { get; init; }

    /// <summary>Searches that the shadow failed.</summary>
    public long Failed { get; init; }

    /// <summary>Searches that were not mirrored because too many were under way.</summary>
    public long Dropped { get; init; }

    /// <summary>Mean share of the live version's hits that the shadow has too.</summary>
    public double Overlap { get; init; }

    /// <summary>Mean difference of the scores of hits that both have.</summary>
    public double ScoreDifference { get; init; }

    /// <summary>Mean milliseconds of the live version.</summary>
    public double LiveMs { get; init; }

    /// <summary>Mean milliseconds of the shadow.</summary>
    public double ShadowMs { get; init; }
}

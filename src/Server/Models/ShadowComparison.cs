namespace Linr.Server.Models;

/// <summary>What mirrored searches said.</summary>
/// <param name="Compared">Searches that both versions answered.</param>
/// <param name="Failed">Searches that the shadow could not answer.</param>
/// <param name="Dropped">Searches that were not mirrored, because too many were under way.</param>
/// <param name="Overlap">The mean share of the live version's hits that the shadow has too.</param>
/// <param name="ScoreDifference">The mean difference of the scores of hits that both have.</param>
/// <param name="LiveMs">What the live version took in its stages, on the mean.</param>
/// <param name="ShadowMs">What the shadow took.</param>
internal sealed record ShadowComparison(
    long Compared, long Failed, long Dropped, double Overlap, double ScoreDifference, double LiveMs, double ShadowMs);

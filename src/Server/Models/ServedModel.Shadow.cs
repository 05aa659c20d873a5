namespace Linr.Server.Models;

/// <content>Searches that are mirrored to a shadow version.</content>
internal sealed partial class ServedModel
{
    private ShadowRun? _shadow;

    /// <summary>What the mirrored searches said until now; null where none are.</summary>
    public ShadowComparison? Shadow => Volatile.Read(ref _shadow)?.Comparison;

    /// <summary>
    /// Gives a search that was answered to the shadow version too, if its turn has come; waits for nothing, and the
    /// caller never sees what becomes of it.
    /// </summary>
    public void Mirror(ModelVersion answered, SearchRequest request, SearchResponse response)
    {
        Routes routes = Volatile.Read(ref _routes);
        if (routes.Shadow is { State: VersionState.Ready } && answered == routes.Live
            && Random.Shared.NextDouble() * 100 < routes.ShadowPercent)
        {
            Volatile.Read(ref _shadow)?.Offer(request, response);
        }
    }
}

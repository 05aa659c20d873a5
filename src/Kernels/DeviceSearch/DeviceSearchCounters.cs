namespace Linr.Kernels;

/// <summary>What a search on a device did, summed over its passes.</summary>
/// <param name="Passes">Launches of the whole pipeline: one a batch, unless it is too large or lists overflow.</param>
/// <param name="Repeats">
/// Those of them that did a batch again because a list was too short, or a cut by estimate too high.
/// </param>
/// <param name="RowsListed">Rows in lists of those that pass (LiNR's V2).</param>
/// <param name="ListedQueries">Queries for which only listed rows were scored, in one list or each its own.</param>
/// <param name="Survivors">Rows that a scan kept for the finish.</param>
public readonly record struct DeviceSearchCounters(
    int Passes, int Repeats, long RowsListed, int ListedQueries, long Survivors)
{
    /// <summary>Rows whose whole logit a scan by a learned similarity computed, summed over queries.</summary>
    public long RowsScored { get; init; }

    /// <summary>
    /// Rows whose mixture a scan by a mixture of logits estimated with its gate, since their largest logit reached the cut,
    /// summed over queries; 0 where it makes no such estimates.
    /// </summary>
    public long RowsGated { get; init; }
}

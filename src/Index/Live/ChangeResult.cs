namespace Linr.Index.Live;

/// <summary>What a set of changes did.</summary>
/// <param name="Version">The version of the view that has them.</param>
/// <param name="Upserted">Items that were put in, whole.</param>
/// <param name="Updated">Items of which a part was changed.</param>
/// <param name="Deleted">Items that are gone.</param>
/// <param name="Stale">Changes that had no effect because one with an equal or higher version came before.</param>
/// <param name="Missing">Deletes of items that were not there.</param>
public readonly record struct ChangeResult(
    long Version, int Upserted, int Updated, int Deleted, int Stale, int Missing)
{
    /// <summary>
    /// The offset behind the changes in the log: who can see all that is before it sees them too. Null without a log.
    /// </summary>
    public long? Offset { get; init; }
}

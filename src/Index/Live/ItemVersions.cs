namespace Linr.Index.Live;

/// <summary>
/// The highest version of a change of each item that had one; a delete's stays, so that a late change of an older
/// version does not bring the item back.
/// </summary>
internal sealed class ItemVersions
{
    private readonly Dictionary<ItemId, long> _versions = [];

    /// <summary>How many items have a version.</summary>
    public int Count => _versions.Count;

    /// <summary>Whether a change has no effect, since one with an equal or higher version had.</summary>
    public bool IsStale(ItemChange change)
        => change.Version is { } version && _versions.TryGetValue(change.Id, out long had) && version <= had;

    /// <summary>All of them, as deletes of these versions.</summary>
    public IEnumerable<ItemChange> All() => _versions.Select(pair => ItemChange.Delete(pair.Key, pair.Value));

    /// <summary>Takes over what others say.</summary>
    public void Add(ItemVersions others)
    {
        foreach ((ItemId id, long version) in others._versions)
        {
            _versions[id] = version;
        }
    }

    /// <summary>A change has an effect.</summary>
    public void Note(ItemChange change)
    {
        if (change.Version is { } version)
        {
            _versions[change.Id] = version;
        }
    }
}

namespace Linr.Ingest.Internal;

/// <summary>Collects changes until they are a batch.</summary>
/// <typeparam name="TPlace">Where a change is in the source.</typeparam>
internal sealed class BatchBuilder<TPlace>
{
    // Of records, about.
    private const long BytesMax = 4 * 1024 * 1024;

    private List<ItemChange> _changes = [];
    private List<TPlace> _places = [];
    private long _bytes;

    /// <summary>Changes in it.</summary>
    public int Count => _changes.Count;

    /// <summary>Whether it is to be taken.</summary>
    public bool IsFull(int changesMax) => _changes.Count >= changesMax || _bytes >= BytesMax;

    /// <summary>Adds a change.</summary>
    /// <param name="change">The change.</param>
    /// <param name="place">Where it is in the source.</param>
    /// <param name="bytes">About how large it is.</param>
    public void Add(ItemChange change, TPlace place, long bytes)
    {
        _changes.Add(change);
        _places.Add(place);
        _bytes += bytes;
    }

    /// <summary>The batch; the builder is empty after that.</summary>
    /// <param name="position">Where the source goes on.</param>
    /// <param name="placeOf">Says a place.</param>
    public ChangeBatch Take(SourcePosition position, Func<TPlace, string> placeOf)
    {
        List<TPlace> places = _places;
        var batch = new ChangeBatch
        {
            Changes = _changes, Position = position, Bytes = _bytes, PlaceOf = i => placeOf(places[i]),
        };
        (_changes, _places, _bytes) = ([], [], 0);
        return batch;
    }
}

using Linr.Engine.Store;
using Linr.Index.Live;

namespace Linr.Ingest;

/// <summary>Changes go into an index store, whose snapshots and pushes go on meanwhile.</summary>
/// <param name="store">The store; the caller disposes it.</param>
public sealed class StoreSink(IndexStore store) : IChangeSink
{
    /// <inheritdoc/>
    public Schema Schema => store.Schema;

    /// <inheritdoc/>
    public SourcePosition? PositionOf(string source) => store.PositionOf(source);

    /// <inheritdoc/>
    public IEnumerable<ItemId> Ids()
    {
        using StoreLease lease = store.Lease();
        foreach (ItemId id in lease.Retriever.Ids())
        {
            yield return id;
        }
    }

    /// <inheritdoc/>
    public Task<ChangeResult> ApplyAsync(IReadOnlyList<ItemChange> changes, SourcePosition position)
        => store.ApplyAsync(changes, position);
}

using Linr.Index.Live;

namespace Linr.Ingest;

/// <summary>Where changes go.</summary>
public interface IChangeSink
{
    /// <summary>What the items look like.</summary>
    Schema Schema { get; }

    /// <summary>
    /// How far a source was read, as it was kept with its last changes; null where nothing of it came yet.
    /// </summary>
    SourcePosition? PositionOf(string source);

    /// <summary>The ids of all items that there are now.</summary>
    IEnumerable<ItemId> Ids();

    /// <summary>
    /// Makes changes, in order, all or none, before it returns, and keeps the position with them; what is returned ends
    /// when both are on the disk.
    /// </summary>
    /// <param name="changes">The changes; there may be none.</param>
    /// <param name="position">Where their source goes on.</param>
    /// <exception cref="ItemException">Some do not fit; none was made, and the position is as it was.</exception>
    Task<ChangeResult> ApplyAsync(IReadOnlyList<ItemChange> changes, SourcePosition position);
}

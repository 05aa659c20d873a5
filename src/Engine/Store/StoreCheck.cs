using Linr.Index.Log;

namespace Linr.Engine.Store;

/// <summary>What was found when all of a store was read.</summary>
/// <param name="Snapshots">Its snapshots, the oldest first.</param>
/// <param name="Log">Its log, and what opening would cut off the end; null where it is damaged.</param>
/// <param name="Faults">All that is wrong; none where the store is intact.</param>
public sealed record StoreCheck(
    IReadOnlyList<StoreSnapshot> Snapshots, LogSummary? Log, IReadOnlyList<StoreFault> Faults);

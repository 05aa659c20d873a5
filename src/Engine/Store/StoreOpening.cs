using Linr.Index.Log;

namespace Linr.Engine.Store;

/// <summary>What was found when a store was opened.</summary>
/// <param name="Snapshot">The snapshot that it goes on from.</param>
/// <param name="Damaged">Newer snapshots that are damaged, the newest first.</param>
/// <param name="Log">The log, and what was cut off its end.</param>
/// <param name="Replayed">Records of the log behind the snapshot.</param>
public sealed record StoreOpening(
    StoreSnapshot Snapshot, IReadOnlyList<DamagedSnapshot> Damaged, LogSummary Log, long Replayed);

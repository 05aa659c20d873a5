namespace Linr.Engine.Store;

/// <summary>A model file that was made of a store as it was at some point.</summary>
/// <param name="Path">The file.</param>
/// <param name="Snapshot">The snapshot that it was made of.</param>
/// <param name="Offset">The offset of the first record of the log that it does not have.</param>
/// <param name="Replayed">Records of the log that were made again.</param>
/// <param name="Damaged">Snapshots that would have been nearer, but are damaged.</param>
public sealed record StoreRestored(
    string Path, StoreSnapshot Snapshot, long Offset, long Replayed, IReadOnlyList<DamagedSnapshot> Damaged);

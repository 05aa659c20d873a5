namespace Linr.Engine.Store;

/// <summary>How a store's upkeep is.</summary>
/// <param name="SnapshotOffset">The offset of the newest snapshot.</param>
/// <param name="Problem">
/// Why the last background snapshot failed, which is tried again when the next is due; or what is damaged in the
/// snapshot that is served, where rows are compared while it serves. Null where nothing is the matter.
/// </param>
public sealed record StoreStatus(long SnapshotOffset, Exception? Problem);

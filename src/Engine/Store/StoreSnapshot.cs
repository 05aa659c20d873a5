namespace Linr.Engine.Store;

/// <summary>A snapshot of a store: a model file with its items as they were at one moment.</summary>
/// <param name="Path">The file.</param>
/// <param name="Offset">The offset of the log's first record that it does not have.</param>
/// <param name="Push">The push that its items come from, with all changes since; 0 where there was none.</param>
/// <param name="Bytes">Its length.</param>
public sealed record StoreSnapshot(string Path, long Offset, long Push, long Bytes);

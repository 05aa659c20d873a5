namespace Linr.Ingest;

/// <summary>A delete of all items of which something holds, when it is their turn: a table was emptied, say.</summary>
/// <param name="Takes">Whether an item is to go.</param>
/// <param name="Version">The version of the deletes; null for none.</param>
public sealed record ItemSweep(Func<ItemId, bool> Takes, long? Version);

namespace Linr.Engine.Live;

/// <summary>Which push the items of a model come from.</summary>
/// <param name="Number">The push's number: 1 for a store's first one; 0 for none.</param>
/// <param name="Offset">The offset of the log at which the push took the items that there were.</param>
/// <param name="IsOfStore">Whether its items are those that there were, embedded anew.</param>
internal readonly record struct PushPoint(long Number, long Offset, bool IsOfStore = false);

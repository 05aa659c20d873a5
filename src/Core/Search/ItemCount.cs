namespace Linr;

/// <summary>How many items pass a filter.</summary>
/// <param name="Passed">Items that pass.</param>
/// <param name="Items">All items of the same state.</param>
public readonly record struct ItemCount(long Passed, long Items);

namespace Linr.Client;

/// <summary>How many items pass a filter.</summary>
/// <param name="Passed">Items that pass.</param>
/// <param name="Items">All items of the same state.</param>
/// <param name="Version">The version of the model that answered.</param>
/// <param name="State">The token of the state that was read.</param>
public sealed record ItemCount(long Passed, long Items, string Version, string State);

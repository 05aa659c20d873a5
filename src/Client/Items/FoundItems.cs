using System.Collections.Immutable;

namespace Linr.Client;

/// <summary>What there is of the items that were asked for, all of one state.</summary>
/// <param name="Items">Those that there are, in the order of the ids.</param>
/// <param name="Missing">Ids that no item has.</param>
/// <param name="Version">The version of the model that answered.</param>
/// <param name="State">The token of the state that was read.</param>
public sealed record FoundItems(
    ImmutableArray<Item> Items, ImmutableArray<ItemId> Missing, string Version, string State);

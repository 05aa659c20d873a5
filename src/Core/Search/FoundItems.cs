using System.Collections.Immutable;

namespace Linr;

/// <summary>What there is of the items that were asked for, all of one state.</summary>
/// <param name="Items">Those that there are, in the order of the ids.</param>
/// <param name="Missing">Ids that no item has, in their order.</param>
public sealed record FoundItems(ImmutableArray<Item> Items, ImmutableArray<ItemId> Missing);

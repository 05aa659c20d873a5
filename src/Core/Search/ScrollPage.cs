using System.Collections.Immutable;

namespace Linr;

/// <summary>A page of items, all of one state.</summary>
/// <param name="Items">The items, in the order of their keys and ids.</param>
/// <param name="Next"><see cref="ScrollRequest.After"/> of the page that follows; null: this is the last.</param>
public sealed record ScrollPage(ImmutableArray<Item> Items, ItemId? Next);

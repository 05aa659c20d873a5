using System.Collections.Immutable;

namespace Linr.Client;

/// <summary>A page of items, all of one state.</summary>
/// <param name="Items">The items, in the order of their keys and ids.</param>
/// <param name="Next"><see cref="ScrollRequest.Page"/> of the page that follows; null: this is the last.</param>
/// <param name="Version">The version of the model that answered.</param>
/// <param name="State">The token of the state that was read.</param>
public sealed record ScrollPage(ImmutableArray<Item> Items, string? Next, string Version, string State);

using System.Collections.Immutable;
using Linr.Filters;

namespace Linr;

/// <summary>
/// Asks for a page of the items that pass a filter, in the order of their keys and ids. The next page begins behind the
/// last item of this one, whatever has changed since: an item that is there and passes throughout is in exactly one
/// page.
/// </summary>
public sealed record ScrollRequest
{
    /// <summary>Which items are wanted; null is every item.</summary>
    public Filter? Filter { get; init; }

    /// <summary>The same, checked against the schema already; give one of the two.</summary>
    public PreparedFilter? PreparedFilter { get; init; }

    /// <summary>Values of the filter's parameters.</summary>
    public FilterParameters? Parameters { get; init; }

    /// <summary>The page begins behind this id, which no item needs to have; null: with the first item.</summary>
    public ItemId? After { get; init; }

    /// <summary>Items of the page at most, 1 to <see cref="Limits.ScrollMax"/>.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>The fields wanted of each item; null: all.</summary>
    public ImmutableArray<string>? Fields { get; init; }

    /// <summary>Whether each item comes with its embeddings.</summary>
    public bool WithEmbeddings { get; init; }
}

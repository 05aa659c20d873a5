using System.Collections.Immutable;

namespace Linr.Client;

/// <summary>
/// Asks for the items that pass a filter, page by page, in the order of their keys and ids. An item that is there and
/// passes throughout is in exactly one page, whatever changes meanwhile.
/// </summary>
public sealed record ScrollRequest
{
    /// <summary>A model or an alias; with <c>@VERSION</c> that version of it.</summary>
    public required string Model { get; init; }

    /// <summary>Which items are wanted; null: all.</summary>
    public Filter? Filter { get; init; }

    /// <summary>Items a page at most; the server has a limit.</summary>
    public int Limit { get; init; } = 100;

    /// <summary><see cref="ScrollPage.Next"/> of the page before; null: the first page.</summary>
    public string? Page { get; init; }

    /// <summary>The fields wanted; none: all.</summary>
    public ImmutableArray<string> Fields { get; init; } = [];

    /// <summary>Whether each item comes with its embeddings.</summary>
    public bool WithEmbeddings { get; init; }

    /// <inheritdoc cref="SearchRequest.After"/>
    public string? After { get; init; }

    /// <inheritdoc cref="SearchRequest.ReadYourWrites"/>
    public bool? ReadYourWrites { get; init; }
}

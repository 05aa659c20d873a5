using System.Collections.Immutable;

namespace Linr.Client;

/// <summary>Asks for items by their ids.</summary>
public sealed record GetRequest
{
    /// <summary>A model or an alias; with <c>@VERSION</c> that version of it.</summary>
    public required string Model { get; init; }

    /// <summary>The ids.</summary>
    public required ImmutableArray<ItemId> Ids { get; init; }

    /// <summary>The fields wanted; none: all.</summary>
    public ImmutableArray<string> Fields { get; init; } = [];

    /// <summary>Whether each item comes with its embeddings.</summary>
    public bool WithEmbeddings { get; init; }

    /// <inheritdoc cref="SearchRequest.After"/>
    public string? After { get; init; }

    /// <inheritdoc cref="SearchRequest.ReadYourWrites"/>
    public bool? ReadYourWrites { get; init; }
}

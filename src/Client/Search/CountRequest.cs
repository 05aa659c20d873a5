namespace Linr.Client;

/// <summary>Asks how many items pass a filter.</summary>
public sealed record CountRequest
{
    /// <summary>A model or an alias; with <c>@VERSION</c> that version of it.</summary>
    public required string Model { get; init; }

    /// <summary>Which items are counted; null: all.</summary>
    public Filter? Filter { get; init; }

    /// <inheritdoc cref="SearchRequest.After"/>
    public string? After { get; init; }

    /// <inheritdoc cref="SearchRequest.ReadYourWrites"/>
    public bool? ReadYourWrites { get; init; }
}

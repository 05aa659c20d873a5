namespace Linr.Formats;

/// <summary>Where a file of embeddings keeps its ids and its numbers.</summary>
public sealed record EmbeddingOptions : ReadOptions
{
    /// <summary>The column of the id, in a file that has columns; null looks for it as for items.</summary>
    public ColumnRef? Id { get; init; }

    /// <summary>The column of the embedding; null takes the one column that holds embeddings.</summary>
    public ColumnRef? Embedding { get; init; }

    /// <summary>
    /// A text file with an id a line, for a file without ids; null takes the file of the same name that ends in
    /// <c>.ids.txt</c> if there is one, and else row n, counted from 0, is item n.
    /// </summary>
    public string? IdsPath { get; init; }

    /// <summary>What items are named by; null finds out as for interactions.</summary>
    public IdKind? IdKind { get; init; }
}

namespace Linr.Formats;

/// <summary>What a CSV or TSV file does not say about itself.</summary>
public sealed record DelimitedOptions
{
    /// <summary>What separates two columns, 1 to 8 ASCII characters; null is a comma, or a tab in TSV.</summary>
    public string? Delimiter { get; init; }

    /// <summary>
    /// Whether the first row names the columns; null finds out: interactions have a header when their first row has a
    /// name of a user and of an item column, items and embeddings always.
    /// </summary>
    public bool? HasHeader { get; init; }

    /// <summary>
    /// Whether a column may stand in double quotes (RFC 4180); if not, a quote is a character as any other.
    /// </summary>
    public bool Quotes { get; init; } = true;

    /// <summary>Whether the text is ISO 8859-1 rather than UTF-8.</summary>
    public bool Latin1 { get; init; }

    /// <summary>What separates the values of a multi-valued column.</summary>
    public char ValueSeparator { get; init; } = '|';
}

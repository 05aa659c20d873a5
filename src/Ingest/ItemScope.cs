namespace Linr.Ingest;

/// <summary>Which items belong to a source, and are deleted when it holds them no more.</summary>
public sealed record ItemScope
{
    private readonly string? _prefix;

    private ItemScope(string? prefix) => _prefix = prefix;

    /// <summary>All items: the source is the only one of the model.</summary>
    public static ItemScope All { get; } = new(string.Empty);

    /// <summary>None: what is gone from the source without a delete of its own stays.</summary>
    public static ItemScope None { get; } = new((string?)null);

    /// <summary>Items whose text id begins so.</summary>
    public static ItemScope OfPrefix(string prefix)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        return new ItemScope(prefix);
    }

    /// <summary>Whether an item belongs to the source.</summary>
    public bool Contains(ItemId id) => _prefix switch
    {
        null => false,
        "" => true,
        _ => id.Kind == IdKind.Text && id.Text.StartsWith(_prefix, StringComparison.Ordinal),
    };
}

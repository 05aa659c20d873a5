namespace Linr.Formats;

/// <summary>
/// Where a file keeps the parts of an interaction. A column left null is looked for: by the names that
/// <see cref="InteractionColumns"/> lists, or, in a file without a header, in the order user, item, time, weight.
/// </summary>
public sealed record InteractionOptions : ReadOptions
{
    /// <summary>The column of the user.</summary>
    public ColumnRef? User { get; init; }

    /// <summary>The column of the item.</summary>
    public ColumnRef? Item { get; init; }

    /// <summary>The column of the time.</summary>
    public ColumnRef? Time { get; init; }

    /// <summary>The column of the weight.</summary>
    public ColumnRef? Weight { get; init; }

    /// <summary>Whether a time column is left unread, so that the order of the file is the order of time.</summary>
    public bool IgnoreTime { get; init; }

    /// <summary>
    /// What users are named by; null finds out from the first <see cref="InteractionFile.SampleRows"/> rows: integers
    /// when each is one written the plain way (no leading zeros), text otherwise.
    /// </summary>
    public IdKind? UserIdKind { get; init; }

    /// <summary>
    /// What items are named by; null finds out as for users. Give the items' own kind where it is known.
    /// </summary>
    public IdKind? ItemIdKind { get; init; }
}

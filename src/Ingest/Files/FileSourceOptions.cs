using Linr.Formats;

namespace Linr.Ingest.Files;

/// <summary>What a <see cref="FileSource"/> reads, and how.</summary>
public sealed record FileSourceOptions
{
    /// <summary>
    /// A JSON Lines or Parquet file, or a folder of such files, which are read in the order of their names.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>The name under which its position is kept; null takes <c>file:</c> and the path's last part.</summary>
    public string? Name { get; init; }

    /// <summary>Where files have the parts of an item; the schema is that of the items that they change.</summary>
    public ItemOptions Items { get; init; } = new();

    /// <summary>Whether to wait for more at the end; otherwise it is the end.</summary>
    public bool Follows { get; init; } = true;

    /// <summary>How often to look for more.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Changes of a batch at most.</summary>
    public int BatchChangesMax { get; init; } = 256;

    /// <summary>Whether a column that no field is read of ends the source; otherwise it is said once.</summary>
    public bool RefusesUnknownColumns { get; init; }
}

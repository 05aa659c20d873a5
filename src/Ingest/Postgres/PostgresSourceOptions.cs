using Linr.Formats;

namespace Linr.Ingest.Postgres;

/// <summary>The table that a <see cref="PostgresSource"/> follows, and how.</summary>
public sealed record PostgresSourceOptions
{
    /// <summary>
    /// How to connect, in Npgsql's words; the role may replicate, reads the table, and owns it where the publication is
    /// to be made.
    /// </summary>
    public required string ConnectionString { get; init; }

    /// <summary>The table, with its schema where the search path does not find it.</summary>
    public required string Table { get; init; }

    /// <summary>The name under which its position is kept; null takes <c>postgres:</c> and the table.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// The replication slot, made where it is missing. Each store that follows the table needs its own. Null takes
    /// <c>linr_</c> and the name, of which letters, digits and underscores are kept.
    /// </summary>
    public string? Slot { get; init; }

    /// <summary>The publication, made where it is missing; null takes the slot's name.</summary>
    public string? Publication { get; init; }

    /// <summary>
    /// The columns of the parts of an item; a field or embedding that is not named has the column of its own name, if
    /// there is one. The id is by default the column of the primary key.
    /// </summary>
    public ItemOptions Items { get; init; } = new();

    /// <summary>
    /// The items that are deleted when the table is truncated, or does not have them when it is copied again.
    /// </summary>
    public ItemScope Scope { get; init; } = ItemScope.All;

    /// <summary>
    /// Whether to wait for more; otherwise it ends with what was committed when it had copied or caught up.
    /// </summary>
    public bool Follows { get; init; } = true;

    /// <summary>
    /// How often a message is written into the server's log, so that the slot moves while the table rests and the
    /// server need not keep what it does not need; zero for never.
    /// </summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Changes of a batch at most; a larger transaction is made in parts.</summary>
    public int BatchChangesMax { get; init; } = 512;

    /// <summary>Whether a column that no field is read of ends the source; otherwise it is said once.</summary>
    public bool RefusesUnknownColumns { get; init; }
}

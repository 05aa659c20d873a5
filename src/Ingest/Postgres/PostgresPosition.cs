using System.Text.Json;
using Linr.Ingest.Internal;
using NpgsqlTypes;

namespace Linr.Ingest.Postgres;

/// <summary>How far a table was followed.</summary>
/// <param name="System">The server's own number: a position of another server means nothing.</param>
/// <param name="Slot">The slot.</param>
/// <param name="Lsn">All transactions that ended before it are there.</param>
/// <param name="IsCopying">Whether the table was being copied: that begins anew.</param>
internal sealed record PostgresPosition(string System, string Slot, string Lsn, bool IsCopying)
{
    public NpgsqlLogSequenceNumber Number => NpgsqlLogSequenceNumber.Parse(Lsn);

    public PostgresPosition At(NpgsqlLogSequenceNumber lsn) => this with { Lsn = lsn.ToString(), IsCopying = false };

    public SourcePosition ToSource(string source, DateTimeOffset? committedAt = null)
        => new(source, JsonSerializer.Serialize(this, PositionJson.Default.PostgresPosition), committedAt);
}

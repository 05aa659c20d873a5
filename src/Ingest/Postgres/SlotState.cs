using NpgsqlTypes;

namespace Linr.Ingest.Postgres;

/// <summary>How a replication slot stands.</summary>
/// <param name="IsLost">Whether the server has removed what it needs.</param>
/// <param name="Confirmed">What comes before is not given again.</param>
internal sealed record SlotState(bool IsLost, NpgsqlLogSequenceNumber Confirmed);

using System.Text.Json;
using Linr.Ingest.Internal;

namespace Linr.Ingest.Kafka;

/// <summary>How far a topic was read.</summary>
/// <param name="Topic">Its name.</param>
/// <param name="Offsets">The next message of each partition; one that is not there begins at its beginning.</param>
internal sealed record KafkaPosition(string Topic, SortedDictionary<int, long> Offsets)
{
    public SourcePosition ToSource(string source, DateTimeOffset? committedAt = null)
        => new(source, JsonSerializer.Serialize(this, PositionJson.Default.KafkaPosition), committedAt);
}

namespace Linr.Ingest.Kafka;

/// <summary>What is done where the topic no longer has the message that is next.</summary>
public enum KafkaReset
{
    /// <summary>The source stops, and says which offsets there are: what was removed is not known.</summary>
    Stop,

    /// <summary>
    /// The partition is read from its beginning, and that is said. Right where it has the last message of each key, as
    /// a compacted topic has; items whose deletes were removed stay.
    /// </summary>
    Beginning,
}

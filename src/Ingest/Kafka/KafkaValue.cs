namespace Linr.Ingest.Kafka;

/// <summary>What the values of a topic's messages are.</summary>
public enum KafkaValue
{
    /// <summary>
    /// Items as JSON objects, as in a JSON Lines file: <c>$op</c> and <c>$version</c> may stand in them.
    /// </summary>
    Item,

    /// <summary>
    /// Debezium's envelopes as JSON: <c>before</c>, <c>after</c>, <c>op</c>, <c>source</c>, with a <c>schema</c> around
    /// them or without.
    /// </summary>
    Debezium,
}

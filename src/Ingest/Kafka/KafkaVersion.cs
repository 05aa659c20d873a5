namespace Linr.Ingest.Kafka;

/// <summary>What the version of a change is that comes as a message.</summary>
public enum KafkaVersion
{
    /// <summary>None: changes follow each other as they come, those of a key in the order of its partition.</summary>
    None,

    /// <summary>What the message says: <c>$version</c> of an item, <c>source.lsn</c> of an envelope.</summary>
    Record,

    /// <summary>
    /// The message's offset. Only for a topic whose partitions stay as many as they are: with another number of them
    /// keys move, and their offsets begin anew.
    /// </summary>
    Offset,
}

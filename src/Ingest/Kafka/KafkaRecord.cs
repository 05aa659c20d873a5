namespace Linr.Ingest.Kafka;

/// <summary>What a message is.</summary>
/// <param name="Change">The change; null for none.</param>
/// <param name="IsTruncate">Whether all items of the source are gone.</param>
/// <param name="Version">The version of the truncation.</param>
/// <param name="CommittedAt">When it was committed; null where the message does not say.</param>
internal readonly record struct KafkaRecord(
    ItemChange? Change, bool IsTruncate = false, long? Version = null, DateTimeOffset? CommittedAt = null);

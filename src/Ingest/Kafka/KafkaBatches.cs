using System.Text.Json;
using Confluent.Kafka;
using Linr.Ingest.Internal;

namespace Linr.Ingest.Kafka;

/// <summary>Messages as batches of changes.</summary>
/// <param name="source">The source's name.</param>
/// <param name="options">What is read.</param>
/// <param name="reader">Makes changes of messages.</param>
/// <param name="feed">Takes notices.</param>
/// <param name="position">Moves on with the messages.</param>
internal sealed class KafkaBatches(
    string source, KafkaSourceOptions options, KafkaRecordReader reader, SourceFeed feed, KafkaPosition position)
{
    private readonly BatchBuilder<TopicPartitionOffset> _builder = new();
    private DateTimeOffset? _committedAt = feed.Position?.CommittedAt;

    /// <summary>The changes of messages; one that is none is poison, alone in a batch.</summary>
    public IEnumerable<ChangeBatch> Read(IReadOnlyList<ConsumeResult<byte[], byte[]>> messages)
    {
        foreach (ConsumeResult<byte[], byte[]> message in messages)
        {
            (KafkaRecord record, PoisonRecord? poison) = ReadOne(message);
            if (poison is not null || record.IsTruncate)
            {
                if (_builder.Count > 0)
                {
                    yield return Take();
                }

                Move(message, record);
                yield return new ChangeBatch
                {
                    Position = Position,
                    Poison = poison is null ? [] : [poison],
                    Sweep = poison is null ? new ItemSweep(options.Scope.Contains, record.Version) : null,
                };
                continue;
            }

            if (record.Change is { } change)
            {
                int bytes = (message.Message.Value?.Length ?? 0) + (message.Message.Key?.Length ?? 0);
                _builder.Add(change, message.TopicPartitionOffset, bytes);
            }

            Move(message, record);
            if (_builder.IsFull(options.BatchChangesMax))
            {
                yield return Take();
            }
        }

        if (messages.Count > 0)
        {
            yield return Take();
        }
    }

    private SourcePosition Position => position.ToSource(source, _committedAt);

    private ChangeBatch Take() => _builder.Take(Position, Place);

    private void Move(ConsumeResult<byte[], byte[]> message, KafkaRecord record)
    {
        position.Offsets[message.Partition.Value] = message.Offset.Value + 1;
        Timestamp written = message.Message.Timestamp;
        DateTimeOffset? time = record.CommittedAt
            ?? (written.Type == TimestampType.NotAvailable ? null : new DateTimeOffset(written.UtcDateTime));
        _committedAt = time > _committedAt || _committedAt is null ? time : _committedAt;
    }

    private (KafkaRecord Record, PoisonRecord? Poison) ReadOne(ConsumeResult<byte[], byte[]> message)
    {
        try
        {
            KafkaRecord record = reader.Read(message);
            UnknownColumns.Report(reader.Items, $"Topic {options.Topic}", feed, options.RefusesUnknownColumns);
            return (record, null);
        }
        catch (Exception error) when (error is FormatException or JsonException)
        {
            byte[]? value = message.Message.Value ?? message.Message.Key;
            return (default, new PoisonRecord(
                Place(message.TopicPartitionOffset), RecordText.Of(value), error.Message));
        }
    }

    private string Place(TopicPartitionOffset at)
        => $"{options.Topic}, partition {at.Partition.Value}, offset {at.Offset.Value}";
}

using System.Buffers.Binary;
using System.Text.Json;
using Confluent.Kafka;
using Linr.Formats;
using Linr.Formats.Text;
using Linr.Ingest.Internal;

namespace Linr.Ingest.Kafka;

/// <summary>Makes changes of a topic's messages.</summary>
internal sealed class KafkaRecordReader : IDisposable
{
    private readonly KafkaSourceOptions _options;
    private readonly IdKind _idKind;
    private readonly JsonRecordSource _record;

    /// <param name="options">What messages are.</param>
    /// <param name="schema">What items look like.</param>
    public KafkaRecordReader(KafkaSourceOptions options, Schema schema)
    {
        (_options, _idKind) = (options, schema.IdKind);
        _record = new JsonRecordSource(options.Topic, "offset");
        Items = new ItemChangeReader(_record, options.Items with { Schema = schema });
    }

    /// <summary>Reads items.</summary>
    public ItemChangeReader Items { get; }

    /// <summary>What a message is.</summary>
    /// <exception cref="FormatException">It is nothing of what is expected.</exception>
    /// <exception cref="JsonException">The same.</exception>
    public KafkaRecord Read(ConsumeResult<byte[], byte[]> message)
    {
        byte[]? value = message.Message.Value;
        long? offset = _options.Version == KafkaVersion.Offset ? message.Offset.Value : null;
        if (value is null)
        {
            // An envelope of the delete came before; its tombstone has no version that is newer.
            return new KafkaRecord(ItemChange.Delete(ReadKey(message), offset));
        }

        if (_options.Value == KafkaValue.Debezium)
        {
            return ReadEnvelope(message, value, offset);
        }

        _record.Set(value, message.Offset.Value);
        _record.Read();
        if (_options.Version == KafkaVersion.Record)
        {
            return new KafkaRecord(Items.Read());
        }

        ItemChange change = Items.Read();
        return new KafkaRecord(change.Kind switch
        {
            ChangeKind.Upsert => ItemChange.Upsert(change.Item, offset),
            ChangeKind.Update => ItemChange.Update(change.Item, offset),
            _ => ItemChange.Delete(change.Id, offset),
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _record.Dispose();

    private KafkaRecord ReadEnvelope(ConsumeResult<byte[], byte[]> message, byte[] value, long? offset)
    {
        if (DebeziumEnvelope.Read(value) is not { } envelope)
        {
            return new KafkaRecord(ItemChange.Delete(ReadKey(message), offset));
        }

        long? version = _options.Version == KafkaVersion.Record ? envelope.Lsn : offset;
        switch (envelope.Op)
        {
            case 'm':
                return new KafkaRecord(null, CommittedAt: envelope.CommittedAt);
            case 't':
                return new KafkaRecord(null, IsTruncate: true, version, envelope.CommittedAt);
            case 'd':
                ItemChange delete = envelope.Before is { } before
                    ? ReadRow(before, ChangeKind.Delete, version, message)
                    : ItemChange.Delete(ReadKey(message), version);
                return new KafkaRecord(delete, CommittedAt: envelope.CommittedAt);
            default:
                ReadOnlyMemory<byte> after = envelope.After
                    ?? throw new JsonException($"Expected \"after\" in an envelope of \"{envelope.Op}\"; found none.");
                ChangeKind kind = envelope.IsPart ? ChangeKind.Update : ChangeKind.Upsert;
                return new KafkaRecord(ReadRow(after, kind, version, message), CommittedAt: envelope.CommittedAt);
        }
    }

    private ItemChange ReadRow(
        ReadOnlyMemory<byte> row, ChangeKind kind, long? version, ConsumeResult<byte[], byte[]> message)
    {
        _record.Set(row, message.Offset.Value);
        _record.Read();
        return Items.Read(kind, version);
    }

    /// <summary>
    /// The id that a key is: an object with the id's property, maybe in a payload; a JSON string; an integer of 8
    /// bytes, the highest first; or the id's text.
    /// </summary>
    private ItemId ReadKey(ConsumeResult<byte[], byte[]> message)
    {
        byte[] key = message.Message.Key
            ?? throw new FormatException("Expected a key, as the message has no value; found none.");
        bool isText = key.All(one => one is >= (byte)'-' and <= (byte)'9');
        if (_idKind == IdKind.Integer && key.Length == sizeof(long) && !isText)
        {
            return new ItemId(BinaryPrimitives.ReadInt64BigEndian(key));
        }

        if (key is [(byte)'{', ..])
        {
            ReadOnlyMemory<byte> row = key;
            if (JsonProperties.Of(key).TryGet("payload", out ReadOnlyMemory<byte> payload))
            {
                row = payload;
            }

            return ReadRow(row, ChangeKind.Delete, null, message).Id;
        }

        string text = key is [(byte)'"', ..]
            ? JsonSerializer.Deserialize(key, PositionJson.Default.String)! : RecordText.Of(key);
        return ItemId.Parse(text, _idKind);
    }
}

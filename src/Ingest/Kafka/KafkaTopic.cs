using Confluent.Kafka;

namespace Linr.Ingest.Kafka;

/// <summary>All partitions of a topic, read by one consumer that was told where.</summary>
internal sealed class KafkaTopic : IDisposable
{
    private static readonly TimeSpan s_pollTime = TimeSpan.FromMilliseconds(100);

    private readonly string _source;
    private readonly KafkaSourceOptions _options;
    private readonly KafkaPosition _position;
    private readonly SourceFeed _feed;
    private readonly IConsumer<byte[], byte[]> _consumer;
    private readonly IAdminClient _admin;
    private readonly HashSet<int> _partitions = [];
    private readonly HashSet<int> _ended = [];
    private long _lookedAt;
    private int? _gone;
    private volatile Error? _error;

    /// <param name="source">The source's name.</param>
    /// <param name="options">What is read.</param>
    /// <param name="position">Where partitions go on; kept up to date by whoever takes the messages.</param>
    /// <param name="feed">The clock, and notices.</param>
    public KafkaTopic(string source, KafkaSourceOptions options, KafkaPosition position, SourceFeed feed)
    {
        (_source, _options, _position, _feed) = (source, options, position, feed);
        var config = new ConsumerConfig(options.Client.ToDictionary())
        {
            BootstrapServers = options.BootstrapServers,

            // The client wants a group's name, though none is joined and nothing is committed.
            GroupId = "linr",
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            EnablePartitionEof = true,
            AutoOffsetReset = AutoOffsetReset.Error,
            AllowAutoCreateTopics = false,
        };
        _consumer = new ConsumerBuilder<byte[], byte[]>(config)
            .SetErrorHandler((_, error) =>
            {
                if (error.IsFatal || error.Code == ErrorCode.Local_AllBrokersDown)
                {
                    _error = error;
                }
            })
            .SetLogHandler((_, _) => { })
            .Build();
        _admin = new DependentAdminClientBuilder(_consumer.Handle).Build();
    }

    /// <summary>Whether all that there is was read.</summary>
    public bool IsAtEnd => _ended.Count == _partitions.Count;

    /// <summary>Messages that were not read yet, as far as is known.</summary>
    public long Lag => _partitions.Sum(partition =>
    {
        long high = _consumer.GetWatermarkOffsets(Of(partition)).High.Value;
        return Math.Max(0, high - Next(partition, high));
    });

    /// <summary>Finds the partitions and begins to read them.</summary>
    /// <exception cref="SourceException">There is no such topic, or no broker.</exception>
    public void Open() => Discover();

    /// <summary>Messages that have come, after a wait of a tenth of a second for the first.</summary>
    /// <exception cref="SourceException">The topic no longer has what is next, or cannot be reached.</exception>
    public List<ConsumeResult<byte[], byte[]>> Poll(int messagesMax)
    {
        if (_error is { } error)
        {
            throw KafkaErrors.Of(_source, new KafkaException(error));
        }

        if (_feed.Time.GetElapsedTime(_lookedAt) >= _options.DiscoveryInterval)
        {
            Discover();
        }

        if (_gone is { } partition)
        {
            _gone = null;
            Restart(partition);
        }

        var messages = new List<ConsumeResult<byte[], byte[]>>();
        TimeSpan wait = s_pollTime;
        while (messages.Count < messagesMax)
        {
            try
            {
                if (_consumer.Consume(wait) is not { } message)
                {
                    break;
                }

                Take(message, messages);
            }
            catch (ConsumeException wrong) when (IsGone(wrong.Error.Code))
            {
                // What came before it is given first.
                _gone = wrong.ConsumerRecord.Partition.Value;
                break;
            }
            catch (KafkaException wrong)
            {
                throw KafkaErrors.Of(_source, wrong);
            }

            wait = TimeSpan.Zero;
        }

        return messages;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _admin.Dispose();
        _consumer.Close();
        _consumer.Dispose();
    }

    private void Take(ConsumeResult<byte[], byte[]> message, List<ConsumeResult<byte[], byte[]>> messages)
    {
        if (message.IsPartitionEOF)
        {
            _ended.Add(message.Partition.Value);
        }
        else
        {
            _ended.Remove(message.Partition.Value);
            messages.Add(message);
        }
    }

    private void Discover()
    {
        _lookedAt = _feed.Time.GetTimestamp();
        try
        {
            TopicMetadata topic = _admin.GetMetadata(_options.Topic, _options.MetadataTimeout).Topics.Single();
            if (topic.Error.IsError)
            {
                throw topic.Error.Code is ErrorCode.UnknownTopicOrPart
                    ? new SourceException($"Source \"{_source}\": expected a topic \"{_options.Topic}\"; found none.")
                    : KafkaErrors.Of(_source, new KafkaException(topic.Error));
            }

            int[] added = [.. topic.Partitions.Select(partition => partition.PartitionId).Where(_partitions.Add)];
            if (added.Length > 0)
            {
                Assign();
            }
        }
        catch (KafkaException error)
        {
            throw KafkaErrors.Of(_source, error);
        }
    }

    private void Assign()
    {
        _ended.Clear();
        _consumer.Assign(_partitions.Select(partition => new TopicPartitionOffset(
            Of(partition), _position.Offsets.TryGetValue(partition, out long next) ? next : Offset.Beginning)));
    }

    private void Restart(int partition)
    {
        WatermarkOffsets there = _consumer.QueryWatermarkOffsets(Of(partition), _options.MetadataTimeout);
        string what = $"Topic {_options.Topic}, partition {partition}: expected the message {Next(partition, 0)}, "
            + $"which is next; found {there.Low} to {there.High}: what was between was removed, or the topic is another one.";
        if (_options.Reset == KafkaReset.Stop)
        {
            throw new SourceException(what);
        }

        _feed.Notice(what + " It is read from its beginning.");
        _position.Offsets.Remove(partition);
        Assign();
    }

    private TopicPartition Of(int partition) => new(_options.Topic, partition);

    private long Next(int partition, long otherwise) => _position.Offsets.GetValueOrDefault(partition, otherwise);

    private static bool IsGone(ErrorCode code)
        => code is ErrorCode.OffsetOutOfRange or ErrorCode.Local_AutoOffsetReset or ErrorCode.Local_NoOffset;
}

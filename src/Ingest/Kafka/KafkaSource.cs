using System.Runtime.CompilerServices;
using Confluent.Kafka;
using Linr.Ingest.Internal;

namespace Linr.Ingest.Kafka;

/// <summary>
/// The messages of a Kafka topic as changes of items. No consumer group is used: where each partition goes on is kept
/// with the items, so that each replica of them reads for itself.
/// </summary>
public sealed class KafkaSource : IChangeSource
{
    private readonly KafkaSourceOptions _options;

    /// <summary>A source of one topic.</summary>
    public KafkaSource(KafkaSourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(options.BootstrapServers);
        ArgumentException.ThrowIfNullOrEmpty(options.Topic);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.BatchChangesMax);
        _options = options;
        Name = options.Name ?? "kafka:" + options.Topic;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public void Acknowledge(SourcePosition position)
    {
        // The broker is told nothing: offsets are the items' own.
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChangeBatch> ReadAsync(
        SourceFeed feed, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(feed);
        KafkaPosition position = feed.Position is { } known
            ? PositionJson.Read(known, PositionJson.Default.KafkaPosition) : new KafkaPosition(_options.Topic, []);
        if (position.Topic != _options.Topic)
        {
            throw new SourceException(
                $"Source \"{Name}\": expected the topic \"{position.Topic}\", from which its items came; found "
                + $"\"{_options.Topic}\".");
        }

        if (feed.Position is null)
        {
            yield return new ChangeBatch { Position = position.ToSource(Name) };
        }

        using var reader = new KafkaRecordReader(_options, feed.Schema);
        using var topic = new KafkaTopic(Name, _options, position, feed);
        await Task.Run(topic.Open, cancellation).ConfigureAwait(false);
        feed.State = SourceState.InitialCopy;
        var batches = new KafkaBatches(Name, _options, reader, feed, position);
        while (!topic.IsAtEnd || _options.Follows)
        {
            List<ConsumeResult<byte[], byte[]>> messages =
                await Task.Run(() => topic.Poll(_options.BatchChangesMax), cancellation).ConfigureAwait(false);
            foreach (ChangeBatch batch in batches.Read(messages))
            {
                yield return batch;
            }

            feed.SetLag(topic.Lag, "messages");
            feed.State = topic.IsAtEnd ? SourceState.Streaming : feed.State;
            cancellation.ThrowIfCancellationRequested();
        }
    }
}

using System.Text;
using Confluent.Kafka;

namespace Linr.Tests.Ingest.Kafka;

/// <summary>
/// A Kafka cluster within the client's own library, which speaks the protocol over a socket: a topic has four
/// partitions, and of one the last 5 MB.
/// </summary>
public sealed class MockKafka : IDisposable
{
    public const int Partitions = 4;

    private readonly IProducer<byte[], byte[]> _producer;

    public MockKafka()
    {
        var config = new ProducerConfig(new Dictionary<string, string> { ["test.mock.num.brokers"] = "1" })
        {
            MessageMaxBytes = 2_000_000, LingerMs = 0,
        };
        _producer = new ProducerBuilder<byte[], byte[]>(config).SetLogHandler((_, _) => { }).Build();
        using IAdminClient admin = new DependentAdminClientBuilder(_producer.Handle).Build();
        BrokerMetadata broker = admin.GetMetadata(TimeSpan.FromSeconds(10)).Brokers[0];
        Servers = $"{broker.Host}:{broker.Port}";
    }

    /// <summary>Where it is.</summary>
    public string Servers { get; }

    /// <summary>Sends a message; ends when the broker has it.</summary>
    public async Task<long> SendAsync(
        string topic, int partition, byte[]? key, byte[]? value, DateTimeOffset? time = null)
    {
        var message = new Message<byte[], byte[]> { Key = key!, Value = value! };
        if (time is { } at)
        {
            message.Timestamp = new Timestamp(at);
        }

        DeliveryResult<byte[], byte[]> sent =
            await _producer.ProduceAsync(new TopicPartition(topic, partition), message);
        return sent.Offset.Value;
    }

    /// <summary>The same with texts.</summary>
    public Task<long> SendAsync(string topic, int partition, string? key, string? value)
        => SendAsync(
            topic,
            partition,
            key is null ? null : Encoding.UTF8.GetBytes(key),
            value is null ? null : Encoding.UTF8.GetBytes(value));

    public void Dispose() => _producer.Dispose();
}

using Linr.Formats;

namespace Linr.Ingest.Kafka;

/// <summary>The topic that a <see cref="KafkaSource"/> follows, and how.</summary>
public sealed record KafkaSourceOptions
{
    /// <summary>Brokers to begin with: <c>host:port</c>, with commas between.</summary>
    public required string BootstrapServers { get; init; }

    /// <summary>The topic; all its partitions are read, those that are added later too.</summary>
    public required string Topic { get; init; }

    /// <summary>The name under which its position is kept; null takes <c>kafka:</c> and the topic.</summary>
    public string? Name { get; init; }

    /// <summary>What messages are.</summary>
    public KafkaValue Value { get; init; }

    /// <summary>What the versions of changes are.</summary>
    public KafkaVersion Version { get; init; }

    /// <summary>What is done where the topic no longer has the message that is next.</summary>
    public KafkaReset Reset { get; init; }

    /// <summary>Where messages have the parts of an item; the id is by default the property <c>id</c>.</summary>
    public ItemOptions Items { get; init; } = new();

    /// <summary>The items that are deleted where an envelope says that its table was truncated.</summary>
    public ItemScope Scope { get; init; } = ItemScope.All;

    /// <summary>Further settings of the client, by librdkafka's names: for TLS and passwords, say.</summary>
    public IReadOnlyDictionary<string, string> Client { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether to wait for more at the end of all partitions; otherwise it is the end.</summary>
    public bool Follows { get; init; } = true;

    /// <summary>How often to look for new partitions.</summary>
    public TimeSpan DiscoveryInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait for what the brokers say of the topic.</summary>
    public TimeSpan MetadataTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Changes of a batch at most.</summary>
    public int BatchChangesMax { get; init; } = 512;

    /// <summary>Whether a property that no field is read of ends the source; otherwise it is said once.</summary>
    public bool RefusesUnknownColumns { get; init; }
}

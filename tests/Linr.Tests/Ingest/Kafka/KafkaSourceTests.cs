using System.Buffers.Binary;
using System.Text.Json;
using Linr.Engine;
using Linr.Ingest;
using Linr.Ingest.Kafka;

namespace Linr.Tests.Ingest.Kafka;

/// <summary>Items are what a topic's messages say, each once, from where the items' own positions are.</summary>
public sealed class KafkaSourceTests(MockKafka kafka) : IClassFixture<MockKafka>, IDisposable
{
    private readonly IngestModel _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public async Task Messages_of_all_partitions_are_items_updates_and_tombstones()
    {
        string topic = "items";
        await kafka.SendAsync(topic, 0, "1", Item(1, "a"));
        await kafka.SendAsync(topic, 1, "2", Item(2, "b"));
        await kafka.SendAsync(topic, 1, "3", Item(3, "c"));
        await kafka.SendAsync(topic, 2, BigEndian(4), Bytes(Item(4, "d")));
        await kafka.SendAsync(topic, 0, "1", """{"$op":"update","id":1,"price":2.5}""");
        await kafka.SendAsync(topic, 1, "2", null);
        await kafka.SendAsync(topic, 1, """{"schema":{},"payload":{"id":3}}""", null);
        await kafka.SendAsync(topic, 2, BigEndian(4), null);
        using Retriever retriever = _model.Open();
        SourceStatus status = await ReadAsync(retriever, Options(topic));
        Assert.Equal((null, 8L, 0L, "messages"), (status.Error, status.Applied, status.Lag, status.LagUnit));
        Assert.Equal([1], retriever.Ids().Select(id => id.Integer));
        Assert.Equal(2.5, retriever.Get(1)!.Fields["price"][0].Float);
        Assert.Equal(
            """{"topic":"items","offsets":{"0":2,"1":4,"2":2}}""", retriever.PositionOf("kafka:items")!.Position);
    }

    [Fact]
    public async Task A_topic_is_followed_and_goes_on_where_the_items_are()
    {
        string topic = "followed";
        await kafka.SendAsync(topic, 0, "1", Item(1, "a"));
        using (Retriever retriever = _model.Open())
        {
            var sink = new WatchedSink(retriever);
            using var cancelled = new CancellationTokenSource();
            using var ingestor = new Ingestor(sink, [new KafkaSource(Options(topic) with { Follows = true })]);
            Task run = ingestor.RunAsync(cancelled.Token);
            await sink.WhenAsync(() => retriever.Get(1) is not null, run);
            DateTimeOffset time = TimeProvider.System.GetUtcNow().AddSeconds(-100);
            await kafka.SendAsync(topic, 3, [(byte)'2'], Bytes(Item(2, "b")), time);
            await sink.WhenAsync(() => retriever.Get(2) is not null, run);
            _model.CopyLog("killed");
            await cancelled.CancelAsync();
            await run;
            Assert.Null(ingestor.Sources[0].Error);
        }

        await kafka.SendAsync(topic, 0, "1", Item(1, "later"));
        using Retriever killed = _model.Open("killed");
        SourceStatus status = await ReadAsync(killed, Options(topic));

        // What could be seen when it was killed may not have been on the disk.
        Assert.InRange(status.Applied, 1, 3);
        using Retriever whole = _model.Open("whole");
        await ReadAsync(whole, Options(topic));
        Assert.Equal(whole.StateHash(), killed.StateHash());
        Assert.Equal("later", IngestModel.Word(killed, 1));
    }

    [Fact]
    public async Task Partitions_that_the_position_does_not_know_are_read_from_their_beginning()
    {
        string topic = "grown";
        using Retriever retriever = _model.Open();
        for (int partition = 0; partition < MockKafka.Partitions; partition++)
        {
            await kafka.SendAsync(topic, partition, $"{partition}", Item(partition, "first"));
            await kafka.SendAsync(topic, partition, $"{partition}", Item(partition + 10, "second"));
        }

        await retriever.ApplyAsync(
            [], new SourcePosition("kafka:grown", """{"topic":"grown","offsets":{"0":1,"1":2}}"""));
        SourceStatus status = await ReadAsync(retriever, Options(topic));
        Assert.Equal((null, 5L), (status.Error, status.Applied));
        Assert.Equal([2, 3, 10, 12, 13], retriever.Ids().Select(id => id.Integer).Order());
    }

    [Fact]
    public async Task Versions_are_what_is_asked_for()
    {
        string topic = "versions";
        await kafka.SendAsync(topic, 0, "1", """{"id":1,"word":"nine","v":[1,2,3,4],"$version":9}""");
        await kafka.SendAsync(topic, 0, "1", """{"id":1,"word":"eight","v":[1,2,3,4],"$version":8}""");
        await kafka.SendAsync(topic, 1, "1", """{"id":1,"word":"elsewhere","v":[1,2,3,4]}""");
        using Retriever none = _model.Open("none");
        await ReadAsync(none, Options(topic));
        Assert.Contains(IngestModel.Word(none, 1), (string[])["eight", "elsewhere"]);
        using Retriever record = _model.Open("record");
        await kafka.SendAsync(topic, 0, "1", """{"id":1,"word":"seven","v":[1,2,3,4],"$version":7}""");
        SourceStatus status = await ReadAsync(record, Options(topic) with { Version = KafkaVersion.Record });
        Assert.Equal(2, status.Stale);
        using Retriever offset = _model.Open("offset");
        status = await ReadAsync(offset, Options(topic) with { Version = KafkaVersion.Offset });
        Assert.Equal("seven", IngestModel.Word(offset, 1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Envelopes_are_rows_that_come_change_and_go(bool hasSchema)
    {
        string topic = $"envelopes-{hasSchema}";
        await Send("""
            {"before":null,"after":{"id":1,"word":"a","v":[1,2,3,4]},"source":{"lsn":10,"ts_ms":1700000000000},"op":"r"}
            """);
        await Send("""{"before":null,"after":{"id":2,"word":"b","v":[1,2,3,4]},"source":{"lsn":11},"op":"c"}""");
        await Send("""
            {"after":{"id":1,"word":"new","v":"__debezium_unavailable_value"},"source":{"lsn":12},"op":"u"}
            """);
        await Send("""{"after":{"id":1,"word":"stale","v":[9,9,9,9]},"source":{"lsn":11},"op":"u"}""");
        await Send("""{"before":{"id":2},"after":null,"source":{"lsn":13,"ts_ms":1700000005000},"op":"d"}""");
        await kafka.SendAsync(topic, 0, """{"id":2}""", null);
        await Send("""{"op":"m","ts_ms":1700000006000,"message":{}}""");
        using Retriever retriever = _model.Open();
        KafkaSourceOptions options = Options(topic) with { Value = KafkaValue.Debezium, Version = KafkaVersion.Record };
        SourceStatus status = await ReadAsync(retriever, options);
        Assert.Null(status.Error);
        Assert.Equal([1], retriever.Ids().Select(id => id.Integer));
        Assert.Equal("new", IngestModel.Word(retriever, 1));
        Assert.Equal([1, 2, 3, 4], retriever.Get(1)!.Embeddings["v"].ToArray());

        await Send("""{"op":"t","source":{"lsn":20}}""");
        await Send("""{"after":{"id":3,"word":"c","v":[1,2,3,4]},"source":{"lsn":21},"op":"c"}""");
        status = await ReadAsync(retriever, options);
        Assert.Equal([3], retriever.Ids().Select(id => id.Integer));

        Task<long> Send(string envelope) => kafka.SendAsync(
            topic, 0, null, hasSchema ? $$"""{"schema":{"type":"struct"},"payload":{{envelope}}}""" : envelope);
    }

    [Fact]
    public async Task A_message_that_is_nothing_stops_its_topic_before_it_or_is_a_dead_letter()
    {
        string topic = "poison";
        await kafka.SendAsync(topic, 0, "1", Item(1, "a"));
        await kafka.SendAsync(topic, 0, "2", "{oops");
        await kafka.SendAsync(topic, 0, [(byte)'3'], [0xFF, 0xFE]);
        await kafka.SendAsync(topic, 0, "no integer", null);
        await kafka.SendAsync(topic, 0, "4", Item(4, "d"));
        using Retriever retriever = _model.Open();
        SourceStatus stopped = await ReadAsync(retriever, Options(topic));
        Assert.Equal(
            "Source \"kafka:poison\", poison, partition 0, offset 1: poison, offset 1: expected a JSON object; "
                + "found invalid JSON at byte 2 of the line.",
            stopped.Error);
        Assert.Equal("""{"topic":"poison","offsets":{"0":1}}""", retriever.PositionOf("kafka:poison")!.Position);
        var ingest = new IngestorOptions { Poison = PoisonPolicy.DeadLetter, DeadLetterPath = _model.File("dead") };
        SourceStatus status = await ReadAsync(retriever, Options(topic), ingest);
        Assert.Equal((null, 3L), (status.Error, status.Poison));
        Assert.Equal([1, 4], retriever.Ids().Select(id => id.Integer).Order());
        string[] lines = await File.ReadAllLinesAsync(_model.File("dead"));
        JsonElement[] letters = [.. lines.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(
            ["{oops", "base64://4=", "no integer"], letters.Select(letter => letter.GetProperty("record").GetString()));
        Assert.Equal("poison, partition 0, offset 3", letters[2].GetProperty("place").GetString());
    }

    [Fact]
    public async Task Messages_that_were_removed_before_they_were_read_stop_the_topic_or_begin_it_anew()
    {
        string topic = "removed";
        await kafka.SendAsync(topic, 0, "1", Item(1, "a"));
        using Retriever retriever = _model.Open();
        await ReadAsync(retriever, Options(topic));
        for (int i = 0; i < 12; i++)
        {
            string large = new('x', 900_000);
            await kafka.SendAsync(
                topic, 0, "2", $$"""{"id":2,"word":"w{{i}}","v":[1,2,3,4],"facts":"{{large}}"}""");
        }

        SourceStatus stopped = await ReadAsync(retriever, Options(topic));
        Assert.Matches(
            "^Topic removed, partition 0: expected the message 1, which is next; found [0-9]+ to 13: what was between",
            stopped.Error);
        Assert.Null(retriever.Get(2));
        SourceStatus status = await ReadAsync(retriever, Options(topic) with
        {
            Reset = KafkaReset.Beginning,
            Items = new() { Columns = new Dictionary<string, Linr.Formats.ColumnRef> { ["facts"] = "none" } },
        });
        Assert.Null(status.Error);
        Assert.Equal("w11", IngestModel.Word(retriever, 2));
        Assert.Contains(
            status.Notices, notice => notice.EndsWith("It is read from its beginning.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Brokers_that_go_are_said_and_tried_again()
    {
        using Retriever retriever = _model.Open();
        var sink = new WatchedSink(retriever);
        using var cancelled = new CancellationTokenSource();
        var own = new MockKafka();
        await own.SendAsync("going", 0, "1", Item(1, "a"));
        KafkaSourceOptions options = Options("going") with
        {
            BootstrapServers = own.Servers, Follows = true, MetadataTimeout = TimeSpan.FromMilliseconds(200),
        };
        var ingest = new IngestorOptions { Time = new StepTime() };
        using var ingestor = new Ingestor(sink, [new KafkaSource(options)], ingest);
        Task run = ingestor.RunAsync(cancelled.Token);
        await sink.WhenAsync(() => retriever.Get(1) is not null, run);
        own.Dispose();
        Assert.True(SpinWait.SpinUntil(() => ingestor.Sources[0].Reconnects > 1, TimeSpan.FromSeconds(30)));
        await cancelled.CancelAsync();
        await run;
        Assert.Equal("""{"topic":"going","offsets":{"0":1}}""", ingestor.Sources[0].Position!.Position);
    }

    [Fact]
    public async Task A_broker_that_is_not_there_is_tried_again_and_another_topic_is_refused()
    {
        using Retriever retriever = _model.Open();
        using var cancelled = new CancellationTokenSource();
        var time = new StepTime();
        using var ingestor = new Ingestor(
            new RetrieverSink(retriever),
            [new KafkaSource(Options("any") with
            {
                BootstrapServers = "127.0.0.1:1",
                Client = new Dictionary<string, string> { ["socket.timeout.ms"] = "500" },
                MetadataTimeout = TimeSpan.FromMilliseconds(200),
            })],
            new IngestorOptions { Time = time });
        Task run = ingestor.RunAsync(cancelled.Token);
        Assert.True(SpinWait.SpinUntil(() => ingestor.Sources[0].Reconnects > 1, TimeSpan.FromSeconds(30)));
        Assert.Contains("Source \"kafka:any\": Kafka: ", ingestor.Sources[0].Error, StringComparison.Ordinal);
        await cancelled.CancelAsync();
        await run;

        await retriever.ApplyAsync([], new SourcePosition("kafka:x", """{"topic":"y","offsets":{}}"""));
        Assert.Equal(
            "Source \"kafka:x\": expected the topic \"y\", from which its items came; found \"x\".",
            (await ReadAsync(retriever, Options("x"))).Error);
    }

    private static string Item(int id, string word) => $$"""{"id":{{id}},"word":"{{word}}","v":[1,2,3,{{id}}]}""";

    private static byte[] BigEndian(long id) => BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(id));

    private static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private KafkaSourceOptions Options(string topic) => new()
    {
        BootstrapServers = kafka.Servers, Topic = topic, Follows = false,
    };

    private static async Task<SourceStatus> ReadAsync(
        Retriever retriever, KafkaSourceOptions options, IngestorOptions? ingest = null)
    {
        using var ingestor = new Ingestor(new RetrieverSink(retriever), [new KafkaSource(options)], ingest);
        await ingestor.RunAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return ingestor.Sources[0];
    }
}

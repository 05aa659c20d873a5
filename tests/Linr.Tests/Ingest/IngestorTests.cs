using System.Diagnostics.Metrics;
using System.Text.Json;
using Linr.Engine;
using Linr.Ingest;

namespace Linr.Tests.Ingest;

/// <summary>Changes of sources are made in order, once, and acknowledged when they are on the disk.</summary>
public sealed class IngestorTests : IDisposable
{
    private static readonly string[] s_counters = ["applied", "stale", "poison", "queued", "reconnects", "stopped"];

    private readonly IngestModel _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public async Task Nothing_is_acknowledged_before_it_is_on_the_disk()
    {
        using Retriever retriever = _model.Open();
        var disk = new TaskCompletionSource();
        var sink = new WatchedSink(retriever) { Disk = disk.Task };
        ScriptedSource source = ScriptedSource.Of(
            "s",
            ScriptedSource.Batch(Put(1, "a"), Put(2, "b")),
            ScriptedSource.Batch(Put(1, "c"), ItemChange.Delete(2)));
        using var ingestor = new Ingestor(sink, [source]);
        Task run = ingestor.RunAsync();
        await sink.WhenAsync(() => retriever.PositionOf("s")?.Position == "2");
        Assert.Equal("c", IngestModel.Word(retriever, 1));
        Assert.Empty(source.Acknowledged);
        Assert.Null(ingestor.Sources[0].Position);
        disk.SetResult();
        await run;
        Assert.Equal("2", source.Acknowledged[^1]);
        SourceStatus status = ingestor.Sources[0];
        Assert.Equal((SourceState.Stopped, null, 4L), (status.State, status.Error, status.Applied));
        Assert.Equal("2", status.Position!.Position);
        Assert.Null(retriever.Get(2));
    }

    [Fact]
    public async Task Batches_that_wait_are_made_at_once_and_a_source_is_not_read_further_than_its_queues()
    {
        using Retriever retriever = _model.Open();
        var disk = new TaskCompletionSource();
        var sink = new WatchedSink(retriever) { Disk = disk.Task };
        var source = new ScriptedSource(
            "s", number => number < 400 ? ScriptedSource.Batch(Put(number, "x"), Put(number, "y")) : null);
        var options = new IngestorOptions { QueuedBatchesMax = 4, GroupChangesMax = 6 };
        using var ingestor = new Ingestor(sink, [source], options);
        Task run = ingestor.RunAsync();

        // Groups of at most three batches: one that is awaited, four and one behind it; then four batches and one to be
        // queued.
        await sink.WhenAsync(() => sink.Groups.Count == 6);
        Assert.False(SpinWait.SpinUntil(() => source.Given > 24, TimeSpan.FromMilliseconds(100)));
        disk.SetResult();
        await run;
        Assert.Equal(400, source.Given);
        Assert.Equal(800, sink.Groups.Sum());
        Assert.InRange(sink.Groups.Max(), 4, 6);
        Assert.All(Enumerable.Range(0, 400), id => Assert.Equal("y", IngestModel.Word(retriever, id)));
    }

    [Fact]
    public async Task A_bad_record_stops_its_source_before_it_and_no_other()
    {
        using Retriever retriever = _model.Open();
        ScriptedSource bad = ScriptedSource.Of(
            "bad",
            ScriptedSource.Batch(Put(1, "a")),
            ScriptedSource.Batch() with { Poison = [new PoisonRecord("record 9", "{]", "expected JSON; found {]")] },
            ScriptedSource.Batch(Put(2, "never")));
        ScriptedSource refused = ScriptedSource.Of("refused", ScriptedSource.Batch(Put(3, "b"), Put(4, "short", 1, 2)));
        ScriptedSource good = ScriptedSource.Of("good", ScriptedSource.Batch(Put(5, "c")));
        using var ingestor = new Ingestor(new RetrieverSink(retriever), [bad, refused, good]);
        await ingestor.RunAsync();
        Assert.Equal("Source \"bad\", record 9: expected JSON; found {]", ingestor.Sources[0].Error);
        Assert.Equal("1", retriever.PositionOf("bad")!.Position);
        Assert.Null(retriever.Get(2));
        Assert.Contains("Item 4: embedding \"v\"", ingestor.Sources[1].Error, StringComparison.Ordinal);
        Assert.Equal("0", retriever.PositionOf("refused")!.Position);
        Assert.Equal((null, "1"), (ingestor.Sources[2].Error, retriever.PositionOf("good")!.Position));
        Assert.All(ingestor.Sources, source => Assert.Equal(SourceState.Stopped, source.State));
    }

    [Fact]
    public async Task Dead_letters_have_all_that_is_known_and_the_rest_goes_on()
    {
        using Retriever retriever = _model.Open();
        ScriptedSource source = ScriptedSource.Of(
            "s",
            ScriptedSource.Batch(Put(1, "a")) with { Poison = [new PoisonRecord("record 9", "{]", "wrong")] },
            ScriptedSource.Batch(
                Put(2, "b"),
                ItemChange.Update(new Item { Id = 77 }, version: 5),
                Put(3, "c"),
                Put(2, "d", float.NaN, 0, 0, 0),
                Put(4, "e"))
                with { PlaceOf = i => $"change {i}" },
            ScriptedSource.Batch(Put(5, "f")));
        string path = _model.File("dead.jsonl");
        var options = new IngestorOptions { Poison = PoisonPolicy.DeadLetter, DeadLetterPath = path };
        using (var ingestor = new Ingestor(new RetrieverSink(retriever), [source], options))
        {
            await ingestor.RunAsync();
            SourceStatus status = ingestor.Sources[0];
            Assert.Equal((3L, 5L, null), (status.Poison, status.Applied, status.Error));
            Assert.Equal("3", retriever.PositionOf("s")!.Position);
        }

        Assert.Equal(["a", "b", "c", "e", "f"], Enumerable.Range(1, 5).Select(id => IngestModel.Word(retriever, id)));
        JsonElement[] letters = [.. File.ReadAllLines(path).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(
            ["record 9", "change 1", "change 3"], letters.Select(letter => letter.GetProperty("place").GetString()));
        Assert.All(letters, letter => Assert.Equal("s", letter.GetProperty("source").GetString()));
        Assert.Equal("{]", letters[0].GetProperty("record").GetString());
        Assert.Equal("Item 77: expected an item to update; found none", letters[1].GetProperty("error").GetString());
        JsonElement record = JsonDocument.Parse(letters[2].GetProperty("record").GetString()!).RootElement;
        Assert.Equal(
            ["upsert", "2", "NaN"],
            new[] { record.GetProperty("$op"), record.GetProperty("id"), record.GetProperty("v")[0] }
                .Select(part => part.GetString()));
    }

    [Fact]
    public async Task A_source_out_of_reach_is_tried_again_ever_later_and_goes_on_where_it_was()
    {
        using Retriever retriever = _model.Open();
        var time = new StepTime();
        int failures = 0;
        var source = new ScriptedSource("s", number => number switch
        {
            2 when failures < 4 && Interlocked.Increment(ref failures) > 0
                => new SourceUnavailableException("s: expected an answer; found none.", new IOException()),
            5 when failures < 5 && Interlocked.Increment(ref failures) > 0
                => new SourceUnavailableException("s: again.", new IOException()),
            < 8 => ScriptedSource.Batch(Put(number, $"w{number}")),
            _ => null,
        });
        var options = new IngestorOptions
        {
            Time = time, RetryDelay = TimeSpan.FromSeconds(1), RetryDelayMax = TimeSpan.FromSeconds(3),
        };
        using var ingestor = new Ingestor(new RetrieverSink(retriever), [source], options);
        await ingestor.RunAsync();
        SourceStatus status = ingestor.Sources[0];
        Assert.Equal((SourceState.Stopped, null), (status.State, status.Error));
        Assert.Equal((5L, 8L), (status.Reconnects, status.Applied));
        double[] longest = [1, 2, 3, 3, 1];
        Assert.Equal(longest.Length, time.Delays.Count);
        Assert.All(
            longest.Zip(time.Delays), pair => Assert.InRange(pair.Second.TotalSeconds, pair.First / 2, pair.First));
    }

    [Fact]
    public async Task A_fault_of_a_source_ends_it_and_is_said()
    {
        using Retriever retriever = _model.Open();
        var source = new ScriptedSource(
            "s", number => number == 1 ? new InvalidOperationException("odd") : ScriptedSource.Batch(Put(1, "a")));
        using var ingestor = new Ingestor(new RetrieverSink(retriever), [source]);
        await ingestor.RunAsync();
        Assert.Equal((SourceState.Stopped, "InvalidOperationException: odd", "1"), (
            ingestor.Sources[0].State, ingestor.Sources[0].Error, retriever.PositionOf("s")!.Position));
        await Assert.ThrowsAsync<InvalidOperationException>(() => ingestor.RunAsync());
    }

    [Fact]
    public async Task What_was_read_is_made_when_it_is_cancelled()
    {
        using Retriever retriever = _model.Open();
        using var cancelled = new CancellationTokenSource();
        var source = new ScriptedSource("s", number =>
        {
            if (number == 50)
            {
                cancelled.Cancel();
            }

            return ScriptedSource.Batch(Put(number, "x"));
        });
        using var ingestor = new Ingestor(new RetrieverSink(retriever), [source]);
        await ingestor.RunAsync(cancelled.Token);
        int position = int.Parse(retriever.PositionOf("s")!.Position);
        Assert.InRange(position, 50, 51);
        Assert.Equal(position, retriever.Ids().Count());
        Assert.Equal((SourceState.Stopped, null), (ingestor.Sources[0].State, ingestor.Sources[0].Error));
    }

    [Fact]
    public async Task A_sweep_deletes_what_is_there_when_it_is_its_turn()
    {
        using Retriever retriever = _model.Open();
        ScriptedSource source = ScriptedSource.Of(
            "s",
            ScriptedSource.Batch([.. Enumerable.Range(0, 3_000).Select(id => Put(id, "x"))]),
            ScriptedSource.Batch(Put(7, "again")) with { Sweep = new ItemSweep(id => id.Integer < 2_500, null) });
        using var ingestor = new Ingestor(new RetrieverSink(retriever), [source]);
        await ingestor.RunAsync();
        Assert.Equal(501, retriever.Ids().Count());
        Assert.Equal("again", IngestModel.Word(retriever, 7));
        Assert.Equal(3_000 + 2_500 + 1, ingestor.Sources[0].Applied);
    }

    [Fact]
    public async Task The_meter_says_how_sources_stand()
    {
        using Retriever retriever = _model.Open();
        DateTimeOffset committed = TimeProvider.System.GetUtcNow().AddHours(-1);
        ChangeBatch batch = ScriptedSource.Batch(Put(1, "a"), ItemChange.Delete(99));
        ScriptedSource source = ScriptedSource.Of(
            "metered", batch with { Position = new SourcePosition("-", "-", committed) });
        using var ingestor = new Ingestor(new RetrieverSink(retriever), [source]);
        await ingestor.RunAsync();
        var found = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, to) =>
        {
            if (instrument.Meter.Name == "Linr")
            {
                to.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.Start();
        listener.RecordObservableInstruments();
        Assert.InRange(found["linr.ingest.freshness"], 3_600, 3_700);
        Assert.Equal(
            [1, 1, 0, 0, 0, 0],
            s_counters.Select(name => found["linr.ingest." + name]));

        void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags[0].Value is "metered")
            {
                found[instrument.Name] = value;
            }
        }
    }

    [Fact]
    public void Wrong_options_are_refused()
    {
        using Retriever retriever = _model.Open();
        var sink = new RetrieverSink(retriever);
        AssertRefused("2 named \"s\"", () => new Ingestor(sink, [ScriptedSource.Of("s"), ScriptedSource.Of("s")]));
        AssertRefused(
            "DeadLetterPath: expected a file",
            () => new Ingestor(sink, [], new IngestorOptions { Poison = PoisonPolicy.DeadLetter }));

        static void AssertRefused(string expected, Func<Ingestor> create)
            => Assert.Contains(
                expected, Assert.Throws<ArgumentException>(() => create().Dispose()).Message, StringComparison.Ordinal);
    }

    private static ItemChange Put(ItemId id, string word, params float[] embedding)
        => ItemChange.Upsert(IngestModel.Item(id, word, embedding));
}

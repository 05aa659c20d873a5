using System.Text;
using Linr.Engine;
using Linr.Formats;
using Linr.Ingest;
using Linr.Ingest.Files;

namespace Linr.Tests.Ingest.Files;

/// <summary>
/// Files of changes are read to their end and followed: nothing is lost, nothing has its effect twice.
/// </summary>
public sealed class FileSourceTests : IDisposable
{
    private readonly IngestModel _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public async Task Lines_are_items_updates_and_deletes()
    {
        Write("in/a.jsonl", """
            {"id":1,"word":"a","price":2.5,"tags":["x","y"],"open":true,"facts":{"n":[1]},"v":[1,2,3,4]}
            {"id":2,"word":"b","v":[1,2,3,4],"$version":7}

            {"$op":"update","id":1,"price":3,"tags":null}
            {"$op":"update","id":2,"word":"stale","$version":6}
            {"id":3,"word":"c","v":[1,2,3,4]}
            {"$op":"delete","id":3}
            """);
        using Retriever retriever = _model.Open();
        SourceStatus status = await ReadAsync(retriever, "in/a.jsonl");
        Assert.Equal((null, 5L, 1L), (status.Error, status.Applied, status.Stale));
        Assert.Equal(2, retriever.Ids().Count());
        Item one = retriever.Get(1)!;
        Assert.Equal("a", one.Fields["word"][0].Text);
        Assert.Equal(3, one.Fields["price"][0].Float);
        Assert.False(one.Fields.ContainsKey("tags"));
        Assert.Equal("""{"n":[1]}""", one.Fields["facts"][0].Text);
        Assert.Equal("b", IngestModel.Word(retriever, 2));
    }

    [Fact]
    public async Task A_file_is_followed_by_whole_lines()
    {
        using Retriever retriever = _model.Open();
        var sink = new WatchedSink(retriever);
        Write("in.jsonl", Line(1, "a") + Line(2, "b")[..20]);
        using var cancelled = new CancellationTokenSource();
        using Ingestor ingestor = Follow(sink, "in.jsonl");
        Task run = ingestor.RunAsync(cancelled.Token);
        await sink.WhenAsync(() => retriever.Get(1) is not null, run);
        Assert.Null(retriever.Get(2));
        Append("in.jsonl", Line(2, "b")[20..] + Line(3, "c"));
        await sink.WhenAsync(() => retriever.Get(3) is not null, run);
        Assert.Equal("b", IngestModel.Word(retriever, 2));
        Assert.Equal("""{"file":"in.jsonl","row":3""", retriever.PositionOf("file:in.jsonl")!.Position[..26]);
        await cancelled.CancelAsync();
        await run;
        Assert.Null(ingestor.Sources[0].Error);
    }

    [Fact]
    public async Task A_folder_is_read_by_name_and_its_new_files_too()
    {
        using Retriever retriever = _model.Open();
        var sink = new WatchedSink(retriever);
        Write("in/b.jsonl", Line(1, "second") + Line(2, "unended").TrimEnd());
        Write("in/a.jsonl", Line(1, "first"));
        Write("in/notes.txt", "what is this");
        using var cancelled = new CancellationTokenSource();
        using Ingestor ingestor = Follow(sink, "in");
        Task run = ingestor.RunAsync(cancelled.Token);
        await sink.WhenAsync(() => IngestModel.Word(retriever, 1) == "second", run);
        Assert.Null(retriever.Get(2));

        // That there is a file after it says that the one before has its end.
        WriteParquet("in/c.parquet", IngestModel.Item(3, "table"), IngestModel.Item(1, "third"));
        await sink.WhenAsync(() => IngestModel.Word(retriever, 1) == "third", run);
        Assert.Equal("unended", IngestModel.Word(retriever, 2));
        Write("in/d.jsonl", Line(4, "last"));
        await sink.WhenAsync(() => retriever.Get(4) is not null, run);
        Assert.Equal("table", IngestModel.Word(retriever, 3));
        Assert.Contains("notes.txt: is neither JSON Lines nor Parquet, and is not read.", ingestor.Sources[0].Notices);
        await cancelled.CancelAsync();
        await run;
    }

    [Fact]
    public async Task A_file_that_is_renamed_is_read_to_its_end_before_the_new_one()
    {
        using Retriever retriever = _model.Open();
        var sink = new WatchedSink(retriever);
        Write("in.jsonl", Line(1, "a"));
        using var cancelled = new CancellationTokenSource();
        using Ingestor ingestor = Follow(sink, "in.jsonl");
        Task run = ingestor.RunAsync(cancelled.Token);
        await sink.WhenAsync(() => retriever.Get(1) is not null, run);
        File.Move(_model.File("in.jsonl"), _model.File("in.jsonl.1"));
        Append("in.jsonl.1", Line(2, "late"));
        Write("in.jsonl", Line(1, "new"));
        await sink.WhenAsync(() => IngestModel.Word(retriever, 1) == "new", run);
        Assert.Equal("late", IngestModel.Word(retriever, 2));
        Append("in.jsonl", Line(3, "goes on"));
        await sink.WhenAsync(() => retriever.Get(3) is not null, run);
        await cancelled.CancelAsync();
        await run;
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("written anew")]
    public async Task A_file_that_is_not_what_was_read_is_refused_by_name(string how)
    {
        using Retriever retriever = _model.Open();
        Write("in.jsonl", Line(1, "a") + Line(2, "b"));
        await ReadAsync(retriever, "in.jsonl");
        Write("in.jsonl", how == "cut" ? Line(1, "a") : Line(1, "z") + Line(2, "b") + Line(3, "c"));
        SourceStatus status = await ReadAsync(retriever, "in.jsonl");
        Assert.Contains("in.jsonl: expected the ", status.Error, StringComparison.Ordinal);
        Assert.EndsWith(
            "it was truncated, or replaced while it was not followed.", status.Error, StringComparison.Ordinal);
        Assert.Null(retriever.Get(3));
    }

    [Fact]
    public async Task A_bad_line_stops_the_file_before_it_or_is_a_dead_letter()
    {
        using Retriever retriever = _model.Open();
        Write("in.jsonl", Line(1, "a") + "{\"id\":2,\"price\":\"dear\"}\n" + "{oops\n" + Line(3, "c"));
        SourceStatus stopped = await ReadAsync(retriever, "in.jsonl");
        Assert.Equal(
            "Source \"file:in.jsonl\", in.jsonl, line 2: in.jsonl, line 2, column \"price\": expected a number; "
                + "found \"dear\".",
            stopped.Error);
        Assert.Single(retriever.Ids());
        var options = new IngestorOptions { Poison = PoisonPolicy.DeadLetter, DeadLetterPath = _model.File("dead") };
        SourceStatus status = await ReadAsync(retriever, "in.jsonl", options);
        Assert.Equal((null, 2L), (status.Error, status.Poison));
        Assert.NotNull(retriever.Get(3));
        Assert.Contains("{oops", File.ReadAllText(_model.File("dead")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_column_is_said_once_or_refused()
    {
        using Retriever retriever = _model.Open();
        Write("in.jsonl", """
            {"id":1,"v":[1,2,3,4],"colour":"red"}
            {"id":2,"v":[1,2,3,4],"colour":"blue"}

            """);
        SourceStatus status = await ReadAsync(retriever, "in.jsonl");
        Assert.Equal(["in.jsonl: column \"colour\" is none of the schema, and is not read."], status.Notices);
        Append("in.jsonl", """
            {"id":3,"v":[1,2,3,4],"size":3}

            """);
        using var ingestor = new Ingestor(
            new RetrieverSink(retriever), [new FileSource(Options("in.jsonl") with { RefusesUnknownColumns = true })]);
        await ingestor.RunAsync();
        Assert.Equal("in.jsonl: expected columns of the schema; found \"size\".", ingestor.Sources[0].Error);
        Assert.Null(retriever.Get(3));
    }

    [Fact]
    public async Task A_table_is_read_on_where_it_was_left()
    {
        using Retriever retriever = _model.Open();
        WriteParquet("in/a.parquet", [.. Enumerable.Range(0, 700).Select(id => IngestModel.Item(id, $"w{id}"))]);
        await ReadAsync(retriever, "in");
        Assert.Equal(700, retriever.Ids().Count());
        WriteParquet("in/b.parquet", IngestModel.Item(5, "new"));
        SourceStatus status = await ReadAsync(retriever, "in");
        Assert.Equal((null, 1L), (status.Error, status.Applied));
        Assert.Equal("new", IngestModel.Word(retriever, 5));
    }

    [Fact]
    public async Task A_killed_process_goes_on_where_its_log_ends_and_ends_with_the_same_items()
    {
        var random = new Random(7);
        var text = new StringBuilder();
        for (int i = 0; i < 3_000; i++)
        {
            int id = random.Next(400);
            text.Append(random.Next(4) == 0 ? $"{{\"$op\":\"delete\",\"id\":{id}}}\n" : Line(id, $"w{i}"));
        }

        Write("in.jsonl", text.ToString());
        string hash;
        using (Retriever whole = _model.Open("whole"))
        {
            await ReadAsync(whole, "in.jsonl");
            hash = whole.StateHash();
        }

        string log = "log-0";
        for (int life = 1; ; life++)
        {
            using Retriever retriever = _model.Open(log);
            var sink = new WatchedSink(retriever);
            using var cancelled = new CancellationTokenSource();
            using var ingestor = new Ingestor(
                sink,
                [new FileSource(Options("in.jsonl") with { BatchChangesMax = 1 << life })],
                new IngestorOptions { GroupChangesMax = 1 << life });
            Task run = ingestor.RunAsync(cancelled.Token);
            await Task.WhenAny(run, sink.WhenAsync(() => sink.Groups.Sum() > 300, run));
            bool isWhole = run.IsCompleted;
            _model.CopyLog($"log-{life}", log);
            await cancelled.CancelAsync();
            await run;
            if (isWhole)
            {
                Assert.Equal(hash, retriever.StateHash());
                Assert.InRange(life, 3, 11);
                return;
            }

            log = $"log-{life}";
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 100)]
    [InlineData(256, 1_024)]
    public async Task One_feed_gives_one_state_whatever_the_batches(int batch, int group)
    {
        using var lines = new StringWriter();
        var random = new Random(11);
        for (int i = 0; i < 2_000; i++)
        {
            (int id, int version) = (random.Next(200), random.Next(5_000));
            lines.WriteLine(
                i < 200 ? $$"""{"id":{{i}},"v":[1,2,3,4]}"""
                : random.Next(3) == 0 ? $$"""{"$op":"update","id":{{id}},"price":{{i}},"$version":{{version}}}"""
                : $$"""{"id":{{id}},"word":"w{{i}}","v":[{{i}},1,2,3],"$version":{{version}}}""");
        }

        Write("in.jsonl", lines.ToString());
        using Retriever first = _model.Open("first");
        using Retriever second = _model.Open("second");
        await ReadAsync(first, "in.jsonl");
        using var ingestor = new Ingestor(
            new RetrieverSink(second),
            [new FileSource(Options("in.jsonl") with { BatchChangesMax = batch })],
            new IngestorOptions { GroupChangesMax = group });
        await ingestor.RunAsync();
        Assert.Null(ingestor.Sources[0].Error);
        Assert.True(ingestor.Sources[0].Stale > 100);
        Assert.Equal(first.StateHash(), second.StateHash());
    }

    [Fact]
    public async Task What_is_no_file_of_changes_is_refused()
    {
        using Retriever retriever = _model.Open();
        Write("a.csv", "id\n1\n");
        Write("bad.parquet", "PAR1 not really");
        await AssertRefused("none.jsonl", "none.jsonl: expected a file, or a folder of files; found none.");
        await AssertRefused("a.csv", "a.csv: expected .jsonl, .ndjson, .parquet or .pq; found another ending.");
        await AssertRefused("bad.parquet", "bad.parquet: expected a Parquet file");

        async Task AssertRefused(string path, string expected)
            => Assert.StartsWith(expected, (await ReadAsync(retriever, path)).Error, StringComparison.Ordinal);
    }

    private static string Line(int id, string word) => $"{{\"id\":{id},\"word\":\"{word}\",\"v\":[1,2,3,{id}]}}\n";

    private FileSourceOptions Options(string path) => new() { Path = _model.File(path), Follows = false };

    private Ingestor Follow(WatchedSink sink, string path) => new(
        sink, [new FileSource(Options(path) with { Follows = true, PollInterval = TimeSpan.FromMilliseconds(5) })]);

    private async Task<SourceStatus> ReadAsync(Retriever retriever, string path, IngestorOptions? options = null)
    {
        using var ingestor = new Ingestor(new RetrieverSink(retriever), [new FileSource(Options(path))], options);
        await ingestor.RunAsync();
        return ingestor.Sources[0];
    }

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_model.File(name))!);
        File.WriteAllText(_model.File(name), text);
    }

    private void Append(string name, string text) => File.AppendAllText(_model.File(name), text);

    private void WriteParquet(string name, params Item[] items)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_model.File(name))!);
        string whole = _model.File(Path.GetFileName(name));
        using (ItemWriter writer = ItemFile.Create(whole, _model.Schema))
        {
            foreach (Item item in items)
            {
                writer.Write(item);
            }
        }

        File.Move(whole, _model.File(name));
    }
}

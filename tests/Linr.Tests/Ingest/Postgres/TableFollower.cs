using Linr.Engine;
using Linr.Formats;
using Linr.Ingest;
using Linr.Ingest.Postgres;

namespace Linr.Tests.Ingest.Postgres;

/// <summary>A retriever that follows a table.</summary>
internal sealed class TableFollower : IAsyncDisposable
{
    private readonly CancellationTokenSource _cancelled = new();
    private readonly Ingestor _ingestor;
    private readonly WatchedSink _sink;
    private readonly Task _run;

    public TableFollower(
        IngestModel model, PostgresSourceOptions options, IngestorOptions? ingest = null, string log = "log")
    {
        Retriever = model.Open(log);
        _sink = new WatchedSink(Retriever);
        _ingestor = new Ingestor(_sink, [new PostgresSource(options)], ingest);
        _run = _ingestor.RunAsync(_cancelled.Token);
    }

    public Retriever Retriever { get; }

    public SourceStatus Status => _ingestor.Sources[0];

    /// <summary>The ids of all items, in order.</summary>
    public IEnumerable<ItemId> Ids => Retriever.Ids().Order();

    /// <summary>Ends when something holds of the items.</summary>
    public async Task WhenAsync(Func<bool> holds)
    {
        try
        {
            await _sink.WhenAsync(holds, _run);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new InvalidOperationException($"{Status}: {string.Join("; ", Status.Notices)}", error);
        }
    }

    /// <summary>Ends when the table was copied and is followed, and something holds.</summary>
    public Task WhenFollowedAsync(Func<bool> holds)
    {
        return WhenAsync(() => IsCopied(Retriever.PositionOf("postgres:items")) && holds());

        static bool IsCopied(SourcePosition? position)
            => position?.Position.Contains("\"isCopying\":false", StringComparison.Ordinal) is true;
    }

    /// <summary>Ends when all that can be seen is on the disk.</summary>
    public async Task WhenDurableAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (Status.Position != Retriever.PositionOf("postgres:items"))
        {
            await Task.Delay(5, timeout.Token);
        }
    }

    /// <summary>Ends when the source has stopped; returns why.</summary>
    public async Task<string?> WhenStoppedAsync()
    {
        await _run.WaitAsync(TimeSpan.FromSeconds(60));
        return Status.Error;
    }

    public string? Word(ItemId id) => IngestModel.Word(Retriever, id);

    /// <summary>The options of a table named items, whose slot is named as the test's database is.</summary>
    public static PostgresSourceOptions Options(string connection) => new()
    {
        ConnectionString = connection,
        Table = "items",
        Slot = "slot_" + new Npgsql.NpgsqlConnectionStringBuilder(connection).Database,
        HeartbeatInterval = TimeSpan.Zero,
        Items = new ItemOptions { Columns = new Dictionary<string, ColumnRef> { ["word"] = "name" } },
    };

    public async ValueTask DisposeAsync()
    {
        await _cancelled.CancelAsync();
        await _run;
        _ingestor.Dispose();
        Retriever.Dispose();
        _cancelled.Dispose();
    }
}

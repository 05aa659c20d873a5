using System.Globalization;
using Linr.Ingest;
using Linr.Ingest.Postgres;
using static Linr.Tests.Ingest.Postgres.PostgresServer;

namespace Linr.Tests.Ingest.Postgres;

/// <summary>Nothing is lost, and nothing kept that is gone, whatever becomes of server, connection and slot.</summary>
public sealed class PostgresSlotTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>, IDisposable
{
    private const string Create =
        "CREATE TABLE items (id bigint PRIMARY KEY, name text, v float4[] DEFAULT '{1,2,3,4}')";

    private readonly IngestModel _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public async Task A_server_that_crashes_and_connections_that_end_lose_nothing()
    {
        await using PostgresServer server = await StartAsync();
        string db = await server.CreateDatabaseAsync();
        await ExecuteAsync(db, Create);
        var ingest = new IngestorOptions
        {
            RetryDelay = TimeSpan.FromMilliseconds(10), RetryDelayMax = TimeSpan.FromMilliseconds(50),
        };
        await using var follower = new TableFollower(_model, TableFollower.Options(db), ingest);
        await follower.WhenFollowedAsync(() => true);
        for (int round = 1; round <= 4; round++)
        {
            await ExecuteAsync(db, string.Create(
                CultureInfo.InvariantCulture,
                $"INSERT INTO items SELECT i, 'w{round}' FROM generate_series({round * 100}, {(round * 100) + 49}) i"));
            if (round % 2 == 0)
            {
                await server.CrashAsync();
            }
            else
            {
                await ExecuteAsync(
                    db, "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active");
            }

            await follower.WhenAsync(() => follower.Ids.Count() == round * 50);
        }

        // The server may end a connection after its changes have come.
        Assert.InRange(follower.Status.Reconnects, 1, 2_000);
        Assert.DoesNotContain(follower.Status.Notices, notice => notice.Contains("copied", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_lost_slot_is_said_and_the_table_copied_again_without_what_is_gone()
    {
        string db = await DatabaseAsync(Create, "INSERT INTO items SELECT i, 'w' || i FROM generate_series(1, 5) i");
        PostgresSourceOptions options = TableFollower.Options(db);
        await using (var follower = new TableFollower(_model, options))
        {
            await follower.WhenFollowedAsync(() => follower.Retriever.Get(5) is not null);
        }

        await WhenAsync(db, options, "NOT active");
        await ExecuteAsync(
            db,
            $"SELECT pg_drop_replication_slot('{options.Slot}')",
            "DELETE FROM items WHERE id = 2",
            "UPDATE items SET name = 'new' WHERE id = 3",
            "INSERT INTO items VALUES (6, 'w6')");
        await using var again = new TableFollower(_model, options);
        await again.WhenFollowedAsync(() => again.Word(3) == "new");
        Assert.Equal([1, 3, 4, 5, 6], again.Ids.Select(id => id.Integer));
        Assert.Contains(
            $"The table items has to be copied again: its slot \"{options.Slot}\" is gone.", again.Status.Notices);
        await ExecuteAsync(db, "DELETE FROM items WHERE id = 1");
        await again.WhenAsync(() => again.Retriever.Get(1) is null);
    }

    [Fact]
    public async Task A_slot_of_which_the_server_removed_the_log_is_lost_while_it_is_followed()
    {
        await using PostgresServer server = await StartAsync();
        string db = await server.CreateDatabaseAsync();
        await ExecuteAsync(db, Create, "INSERT INTO items VALUES (1, 'a'), (2, 'b')");
        PostgresSourceOptions options = TableFollower.Options(db);
        await using (var follower = new TableFollower(_model, options))
        {
            await follower.WhenFollowedAsync(() => follower.Retriever.Get(2) is not null);
        }

        await WhenAsync(db, options, "NOT active");
        await ExecuteAsync(
            db,
            "ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'",
            "SELECT pg_reload_conf()",
            "DELETE FROM items WHERE id = 1");
        for (int segment = 0; segment < 4; segment++)
        {
            await ExecuteAsync(
                db,
                "SELECT pg_logical_emit_message(false, 'fill', repeat('x', 4000000))",
                "SELECT pg_switch_wal()");
        }

        await ExecuteAsync(db, "CHECKPOINT");
        await WhenAsync(db, options, "wal_status = 'lost'");
        await using var again = new TableFollower(_model, options);
        await again.WhenFollowedAsync(() => again.Retriever.Get(1) is null);
        Assert.Contains(
            $"The table items has to be copied again: the server has removed what its slot \"{options.Slot}\" needs.",
            again.Status.Notices);
    }

    [Fact]
    public async Task Items_behind_what_their_slot_still_has_are_copied_again()
    {
        string db = await DatabaseAsync(Create, "INSERT INTO items VALUES (1, 'a')");
        PostgresSourceOptions options = TableFollower.Options(db) with
        {
            HeartbeatInterval = TimeSpan.FromMilliseconds(50),
        };
        await using (var follower = new TableFollower(_model, options))
        {
            await follower.WhenFollowedAsync(() => follower.Retriever.Get(1) is not null);
            await follower.WhenDurableAsync();
            _model.CopyLog("older");
            await ExecuteAsync(db, "INSERT INTO items VALUES (2, 'b')");
            object? end = await ScalarAsync(db, "SELECT pg_current_wal_lsn()");
            await WhenAsync(db, options, $"confirmed_flush_lsn >= '{end}'");
        }

        await WhenAsync(db, options, "NOT active");
        await using var older = new TableFollower(_model, options, log: "older");
        await older.WhenFollowedAsync(() => older.Retriever.Get(2) is not null);
        Assert.Contains(older.Status.Notices, notice => notice.StartsWith(
            $"The table items has to be copied again: its slot \"{options.Slot}\" is at ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_copy_that_was_not_ended_begins_anew()
    {
        string db = await DatabaseAsync(Create, "INSERT INTO items SELECT i, 'w' || i FROM generate_series(1, 2000) i");
        PostgresSourceOptions options = TableFollower.Options(db) with { BatchChangesMax = 10 };
        await using (var follower = new TableFollower(_model, options, new IngestorOptions { GroupChangesMax = 10 }))
        {
            await follower.WhenAsync(() => follower.Ids.Count() > 50);
            _model.CopyLog("killed");
        }

        await WhenAsync(db, options, "NOT active");
        await ExecuteAsync(db, "DELETE FROM items WHERE id <= 20");
        await using var again = new TableFollower(_model, options, log: "killed");
        await again.WhenFollowedAsync(() => again.Ids.Count() == 1_980);
        Assert.Contains("The table items was being copied when it ended.", again.Status.Notices);
    }

    [Fact]
    public async Task A_slot_moves_while_its_table_rests_and_others_do_not()
    {
        string db = await DatabaseAsync(Create, "CREATE TABLE busy (id int)", "INSERT INTO items VALUES (1, 'a')");
        PostgresSourceOptions options = TableFollower.Options(db) with
        {
            HeartbeatInterval = TimeSpan.FromMilliseconds(50),
        };
        await using var follower = new TableFollower(_model, options);
        await follower.WhenFollowedAsync(() => follower.Retriever.Get(1) is not null);
        await ExecuteAsync(db, "INSERT INTO busy SELECT i FROM generate_series(1, 20000) i");
        object? end = await ScalarAsync(db, "SELECT pg_current_wal_lsn()");
        await WhenAsync(db, options, $"confirmed_flush_lsn >= '{end}'");
        Assert.Equal("bytes", follower.Status.LagUnit);
    }

    [Fact]
    public async Task Items_of_another_server_are_not_followed()
    {
        string db = await DatabaseAsync(Create, "INSERT INTO items VALUES (1, 'a')");
        PostgresSourceOptions options = TableFollower.Options(db);
        await using (var follower = new TableFollower(_model, options))
        {
            await follower.WhenFollowedAsync(() => follower.Retriever.Get(1) is not null);
        }

        await using PostgresServer other = await StartAsync();
        string elsewhere = await other.CreateDatabaseAsync();
        await ExecuteAsync(elsewhere, Create);
        await using var moved = new TableFollower(_model, options with { ConnectionString = elsewhere });
        Assert.Contains(
            $"Source \"postgres:items\": expected the slot \"{options.Slot}\" of the server ",
            await moved.WhenStoppedAsync(),
            StringComparison.Ordinal);
        Assert.NotNull(moved.Retriever.Get(1));
    }

    private async Task<string> DatabaseAsync(params string[] statements)
    {
        string db = await (await fixture.Server).CreateDatabaseAsync();
        await ExecuteAsync(db, statements);
        return db;
    }

    // Of what the server does by itself nobody is told: it is asked until it is so.
    private static async Task WhenAsync(string db, PostgresSourceOptions options, string condition)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await ScalarAsync(
            db, $"SELECT {condition} FROM pg_replication_slots WHERE slot_name = '{options.Slot}'") is not true)
        {
            await Task.Delay(20, timeout.Token);
        }
    }
}

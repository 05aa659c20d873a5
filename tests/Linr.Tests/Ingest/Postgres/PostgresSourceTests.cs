using System.Globalization;
using Linr.Ingest;
using Linr.Ingest.Postgres;
using static Linr.Tests.Ingest.Postgres.PostgresServer;

namespace Linr.Tests.Ingest.Postgres;

/// <summary>Items are what a table of a real PostgreSQL has, whatever is done to it.</summary>
public sealed class PostgresSourceTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>, IDisposable
{
    private const string Create = """
        CREATE TABLE items (id bigint PRIMARY KEY, name text, price numeric, tags text[], day timestamptz, open boolean,
            facts jsonb, v float4[], colour text)
        """;

    private readonly IngestModel _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public async Task Rows_of_every_type_are_copied_then_followed()
    {
        string db = await DatabaseAsync(
            Create,
            """
            INSERT INTO items VALUES
                (1, 'a "b", \ ''c''', 2.50, '{x,"y, z",NULL}', '2026-01-02 03:04:05.678901+02', true, '{"n": [1]}',
                    '{1,2,3,4.5}', 'red'),
                (2, NULL, NULL, NULL, NULL, NULL, NULL, '{0,0,0,1e-3}', NULL)
            """);
        await using var follower = new TableFollower(_model, TableFollower.Options(db));
        await follower.WhenFollowedAsync(() => follower.Retriever.Get(2) is not null);
        AssertWhole(1);
        await ExecuteAsync(
            db,
            "BEGIN",
            "INSERT INTO items SELECT 3, name, price, tags, day, open, facts, v FROM items WHERE id = 1",
            "UPDATE items SET name = 'was' WHERE id = 2",
            "UPDATE items SET name = 'is' WHERE id = 2",
            "DELETE FROM items WHERE id = 1",
            "COMMIT");
        await follower.WhenAsync(() => follower.Retriever.Get(3) is not null);
        AssertWhole(3);
        Assert.Equal((null, "is"), (follower.Retriever.Get(1), follower.Word(2)));
        Assert.Equal(0.001f, follower.Retriever.Get(2)!.Embeddings["v"].Span[3]);
        Assert.Equal(
            ["Table public.items: column \"colour\" is none of the schema, and is not read."], follower.Status.Notices);
        Assert.InRange(follower.Status.Freshness!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(1));

        void AssertWhole(long id)
        {
            Item item = follower.Retriever.Get(id)!;
            Assert.Equal("""a "b", \ 'c'""", item.Fields["word"][0].Text);
            Assert.Equal(2.5, item.Fields["price"][0].Float);
            Assert.Equal(["x", "y, z"], item.Fields["tags"].Select(tag => tag.Text));
            Assert.Equal("2026-01-02T01:04:05.6789010+00:00", item.Fields["day"][0].ToString());
            Assert.True(item.Fields["open"][0].Boolean);
            Assert.Equal("""{"n": [1]}""", item.Fields["facts"][0].Text);
            Assert.Equal([1, 2, 3, 4.5f], item.Embeddings["v"].ToArray());
        }
    }

    [Fact]
    public async Task A_large_value_that_did_not_change_stays_and_moves_with_its_key()
    {
        using var model = new IngestModel(IdKind.Integer, 768);
        string db = await DatabaseAsync(
            "CREATE TABLE items (id bigint PRIMARY KEY, name text, price float8, v float4[])",
            "ALTER TABLE items ALTER v SET STORAGE EXTERNAL",
            "INSERT INTO items SELECT i, 'w', 1, array(SELECT (i * 1000 + j)::float4 FROM generate_series(1, 768) j) "
                + "FROM generate_series(1, 3) i");
        Assert.NotEqual(0L, await ScalarAsync(
            db, "SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE oid = 'items'::regclass"));
        await using var follower = new TableFollower(model, TableFollower.Options(db));
        await follower.WhenFollowedAsync(() => follower.Retriever.Get(3) is not null);
        await ExecuteAsync(
            db,
            "UPDATE items SET price = 7 WHERE id = 1",
            "UPDATE items SET id = 20, price = 8 WHERE id = 2",
            "ALTER TABLE items REPLICA IDENTITY FULL",
            "UPDATE items SET id = 30, price = 9 WHERE id = 3");
        await follower.WhenAsync(() => follower.Retriever.Get(30) is not null);
        foreach ((long id, long was, double price) in ((long, long, double)[])[(1, 1, 7), (20, 2, 8), (30, 3, 9)])
        {
            Item item = follower.Retriever.Get(id)!;
            Assert.Equal(price, item.Fields["price"][0].Float);
            Assert.Equal(
                Enumerable.Range(1, 768).Select(j => (float)((was * 1000) + j)), item.Embeddings["v"].ToArray());
        }

        Assert.Equal([1, 20, 30], follower.Ids.Select(id => id.Integer));
    }

    [Theory]
    [InlineData("DEFAULT")]
    [InlineData("FULL")]
    [InlineData("USING INDEX items_other")]
    public async Task Deletes_and_new_keys_are_known_by_each_replica_identity(string identity)
    {
        string db = await DatabaseAsync(
            Create,
            "ALTER TABLE items ADD other int NOT NULL DEFAULT 1",
            "CREATE UNIQUE INDEX items_other ON items (id, other)",
            $"ALTER TABLE items REPLICA IDENTITY {identity}",
            "INSERT INTO items (id, name, v) SELECT i, 'w' || i, '{1,2,3,4}' FROM generate_series(1, 4) i");
        await using var follower = new TableFollower(_model, TableFollower.Options(db));
        await follower.WhenFollowedAsync(() => follower.Retriever.Get(4) is not null);
        await ExecuteAsync(
            db,
            "DELETE FROM items WHERE id = 1",
            "UPDATE items SET id = 5 WHERE id = 2",
            "UPDATE items SET name = 'new' WHERE id = 3");
        await follower.WhenAsync(() => follower.Word(3) == "new");
        Assert.Equal([3, 4, 5], follower.Ids.Select(id => id.Integer));
        Assert.Equal("w2", follower.Word(5));
    }

    [Fact]
    public async Task A_truncated_table_has_no_items_but_those_that_are_not_its_own()
    {
        using var model = new IngestModel(IdKind.Text, 4, IngestModel.Item("other:1", "stays"));
        string db = await DatabaseAsync(
            "CREATE TABLE items (id text PRIMARY KEY, name text, v float4[])",
            "INSERT INTO items SELECT 'item:' || i, 'w', '{1,2,3,4}' FROM generate_series(1, 2500) i");
        await using var follower = new TableFollower(
            model, TableFollower.Options(db) with { Scope = ItemScope.OfPrefix("item:") });
        await follower.WhenFollowedAsync(() => follower.Retriever.Ids().Count() == 2_501);
        await ExecuteAsync(
            db,
            "BEGIN",
            "INSERT INTO items VALUES ('item:0', 'gone', '{1,2,3,4}')",
            "TRUNCATE items",
            "INSERT INTO items VALUES ('item:9', 'new', '{1,2,3,4}')",
            "COMMIT");
        await follower.WhenAsync(() => follower.Word("item:9") == "new");
        Assert.Equal(["item:9", "other:1"], follower.Ids.Select(id => id.Text).Order());
    }

    [Fact]
    public async Task Columns_may_come_but_not_change_what_is_read()
    {
        string db = await DatabaseAsync(Create, "INSERT INTO items (id, name, v) VALUES (1, 'a', '{1,2,3,4}')");
        await using var follower = new TableFollower(_model, TableFollower.Options(db));
        await follower.WhenFollowedAsync(() => follower.Retriever.Get(1) is not null);
        await ExecuteAsync(
            db,
            "ALTER TABLE items ADD size int",
            "ALTER TABLE items ALTER price TYPE float8",
            "INSERT INTO items (id, name, price, v, size) VALUES (2, 'b', 0.25, '{1,2,3,4}', 9)");
        await follower.WhenAsync(() => follower.Retriever.Get(2) is not null);
        Assert.Equal(0.25, follower.Retriever.Get(2)!.Fields["price"][0].Float);
        Assert.Contains(
            "Table public.items: column \"size\" is none of the schema, and is not read.", follower.Status.Notices);
        await ExecuteAsync(
            db,
            "ALTER TABLE items ALTER price TYPE text",
            "INSERT INTO items (id, name, price, v) VALUES (3, 'c', 'dear', '{1,2,3,4}')");
        Assert.Equal(
            "Table public.items: column \"price\": expected a type that holds one Float, for the field \"price\"; "
                + "found text.",
            await follower.WhenStoppedAsync());

        // What there is still answers.
        Assert.Equal([1, 2], follower.Ids.Select(id => id.Integer));
    }

    [Fact]
    public async Task A_bad_row_leaves_its_transaction_out_or_is_a_dead_letter()
    {
        string db = await DatabaseAsync(Create, "INSERT INTO items (id, name, v) VALUES (1, 'a', '{1,2,3,4}')");
        await using (var follower = new TableFollower(_model, TableFollower.Options(db)))
        {
            await follower.WhenFollowedAsync(() => follower.Retriever.Get(1) is not null);
            await ExecuteAsync(
                db,
                "BEGIN",
                "UPDATE items SET name = 'later'",
                "INSERT INTO items (id, name, v) VALUES (2, 'b', '{1,2}')",
                "COMMIT",
                "INSERT INTO items (id, name, v) VALUES (3, 'c', '{1,2,3,4}')");
            Assert.Matches(
                "^Source \"postgres:items\", public.items, [0-9A-F]+/[0-9A-F]+: public.items, row [0-9]+, column "
                    + "\"v\": expected 4 numbers; found 2.$",
                await follower.WhenStoppedAsync());
            Assert.Equal("a", follower.Word(1));
        }

        var ingest = new IngestorOptions { Poison = PoisonPolicy.DeadLetter, DeadLetterPath = _model.File("dead") };
        await using var again = new TableFollower(_model, TableFollower.Options(db), ingest);
        await again.WhenAsync(() => again.Retriever.Get(3) is not null);
        Assert.Equal(("later", null, 1L), (again.Word(1), again.Retriever.Get(2), again.Status.Poison));
        Assert.Contains("{1,2}", await File.ReadAllTextAsync(_model.File("dead")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_larger_than_a_batch_is_there_whole_after_a_kill_within_it()
    {
        string db = await DatabaseAsync(Create);
        PostgresSourceOptions options = TableFollower.Options(db) with { BatchChangesMax = 50 };
        await using (var follower = new TableFollower(_model, options, new IngestorOptions { GroupChangesMax = 50 }))
        {
            await follower.WhenFollowedAsync(() => true);
            await ExecuteAsync(
                db,
                "BEGIN",
                "INSERT INTO items (id, name, v) SELECT i, 'w', '{1,2,3,4}' FROM generate_series(1, 3000) i",
                "UPDATE items SET name = 'x' WHERE id % 3 = 0",
                "DELETE FROM items WHERE id % 5 = 0",
                "COMMIT");
            await follower.WhenAsync(() => follower.Ids.Count() > 700);
            _model.CopyLog("killed");
        }

        await using var again = new TableFollower(_model, options, log: "killed");

        // The last row that came is the last to go.
        await again.WhenAsync(() => again.Retriever.Get(2_999) is not null && again.Retriever.Get(3_000) is null);
        Assert.Equal(2_400, again.Ids.Count());
        Assert.Equal(800, again.Ids.Count(id => again.Word(id) == "x"));
    }

    [Fact]
    public async Task A_change_that_was_under_way_when_the_table_was_copied_is_not_lost()
    {
        string db = await DatabaseAsync(
            Create, "INSERT INTO items (id, name, v) SELECT i, 'old', '{1,2,3,4}' FROM generate_series(1, 200) i");
        using var ending = new CancellationTokenSource();
        Task writing = Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (int round = 0; !ending.IsCancellationRequested || round < 5; round++)
            {
                int id = (writer * 50) + (round % 50) + 1;
                await ExecuteAsync(
                    db,
                    "BEGIN",
                    string.Create(CultureInfo.InvariantCulture, $"UPDATE items SET name = 'w{round}' WHERE id = {id}"),
                    string.Create(CultureInfo.InvariantCulture, $"UPDATE items SET price = {round} WHERE id = {id}"),
                    "COMMIT");
            }
        })));
        await using var follower = new TableFollower(_model, TableFollower.Options(db));
        await follower.WhenFollowedAsync(() => follower.Status.Applied > 400);
        await ending.CancelAsync();
        await writing;
        await ExecuteAsync(db, "INSERT INTO items (id, name, v) VALUES (1000, 'last', '{1,2,3,4}')");
        await follower.WhenAsync(() => follower.Retriever.Get(1000) is not null);
        object? expected = await ScalarAsync(
            db, "SELECT string_agg(id || name || coalesce(price::text, ''), ' ' ORDER BY id) FROM items");
        Assert.Equal(expected, string.Join(' ', follower.Ids.Select(id =>
        {
            Item item = follower.Retriever.Get(id)!;
            IReadOnlyList<Value> price = item.Fields.GetValueOrDefault("price") ?? [];
            return $"{id}{item.Fields["word"][0]}{string.Concat(price)}";
        })));
    }

    [Fact]
    public async Task One_table_gives_two_stores_the_same_items()
    {
        string db = await DatabaseAsync(
            Create, "INSERT INTO items (id, name, v) SELECT i, 'w', '{1,2,3,4}' FROM generate_series(1, 300) i");
        using var other = new IngestModel();
        PostgresSourceOptions options = TableFollower.Options(db);
        await using var first = new TableFollower(
            _model, options with { BatchChangesMax = 1 }, new IngestorOptions { GroupChangesMax = 1 });
        await first.WhenFollowedAsync(() => first.Ids.Count() == 300);
        await using var second = new TableFollower(other, options with { Slot = options.Slot + "_b" });
        await second.WhenFollowedAsync(() => second.Ids.Count() == 300);
        await ExecuteAsync(
            db,
            "UPDATE items SET name = 'x', v = '{4,4,4,4}' WHERE id % 2 = 0",
            "UPDATE items SET id = id + 1000 WHERE id % 7 = 0",
            "DELETE FROM items WHERE id % 3 = 0",
            "UPDATE items SET price = id",
            "INSERT INTO items (id, name, v) VALUES (5000, 'last', '{4,3,2,1}')");
        await first.WhenAsync(() => first.Retriever.Get(5000) is not null);
        await second.WhenAsync(() => second.Retriever.Get(5000) is not null);

        // Each row was changed by the stream, so that its version is too: but deletes of rows that are gone may differ.
        Assert.Equal(Items(first), Items(second));

        static List<string> Items(TableFollower follower) => [.. follower.Ids.Select(id =>
        {
            Item item = follower.Retriever.Get(id)!;
            string price = string.Concat(item.Fields.GetValueOrDefault("price") ?? []);
            return $"{id} {follower.Word(id)} {price} {item.Embeddings["v"].Span[0]}";
        })];
    }

    [Fact]
    public async Task What_is_there_is_read_once_where_that_is_asked_for()
    {
        string db = await DatabaseAsync(Create, "INSERT INTO items (id, name, v) VALUES (1, 'a', '{1,2,3,4}')");
        PostgresSourceOptions options = TableFollower.Options(db) with { Follows = false };
        await using (var copied = new TableFollower(_model, options))
        {
            Assert.Null(await copied.WhenStoppedAsync());
            Assert.Equal("a", copied.Word(1));
        }

        await ExecuteAsync(db, "UPDATE items SET name = 'b'", "INSERT INTO items (id, v) VALUES (2, '{1,2,3,4}')");
        await using var again = new TableFollower(_model, options);
        Assert.Null(await again.WhenStoppedAsync());
        Assert.Equal((2, "b"), (again.Ids.Count(), again.Word(1)));
    }

    [Fact]
    public async Task What_cannot_be_followed_is_refused_by_name()
    {
        string db = await DatabaseAsync(
            Create,
            "CREATE TABLE keyless (name text, v float4[])",
            "CREATE TABLE other (id bigint PRIMARY KEY)",
            "CREATE TABLE wrong (id bigint PRIMARY KEY, v text[])",
            "CREATE PUBLICATION taken FOR TABLE other");
        PostgresSourceOptions options = TableFollower.Options(db);
        await AssertRefused(options with { Table = "none" }, "Table none: expected a table with columns; found none.");
        await AssertRefused(
            options with { Table = "keyless", Items = new() },
            "Table public.keyless: expected a primary key of one column, or the id's column stated; found neither.");
        await AssertRefused(
            options with { Items = options.Items with { Id = "name" } },
            "Table public.items: column \"name\": expected a part of the table's REPLICA IDENTITY, so that deletes "
                + "say it; found none.");
        await AssertRefused(
            options with { Table = "wrong", Items = new() },
            "Table public.wrong: column \"v\": expected a type that holds 4 numbers, for the embedding \"v\"; "
                + "found _text.");
        await AssertRefused(
            options with { Publication = "taken" },
            "Publication \"taken\": expected one with the table public.items; found one without.");
        await AssertRefused(
            options with { ConnectionString = options.ConnectionString + ";Username=stranger" },
            "role \"stranger\" does not exist");
        await ExecuteAsync(db, $"SELECT pg_create_logical_replication_slot('{options.Slot}', 'pgoutput')");
        await AssertRefused(
            options,
            $"Slot \"{options.Slot}\": expected none, as nothing came from it yet; found one, which another may use.");
        Assert.Contains(
            "Slot: expected 1 to 63 small letters, digits and underscores; found \"A-b\".",
            Assert.Throws<ArgumentException>(() => new PostgresSource(options with { Slot = "A-b" })).Message,
            StringComparison.Ordinal);
    }

    private async Task AssertRefused(PostgresSourceOptions options, string expected)
    {
        await using var follower = new TableFollower(_model, options);
        Assert.Contains(expected, await follower.WhenStoppedAsync(), StringComparison.Ordinal);
    }

    private async Task<string> DatabaseAsync(params string[] statements)
    {
        string db = await (await fixture.Server).CreateDatabaseAsync();
        await ExecuteAsync(db, statements);
        return db;
    }
}

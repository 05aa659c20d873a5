using System.Globalization;
using System.Runtime.InteropServices;
using Linr.Ingest.Postgres;
using static Linr.Tests.Ingest.Postgres.PostgresServer;

namespace Linr.Tests.Ingest.Postgres;

/// <summary>
/// Embeddings in columns of each type that holds them, copied and followed; pgvector's of a server that has loaded it.
/// </summary>
public sealed class PostgresEmbeddingTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>
{
    private static readonly float[] s_first = [1, 2.5f, -3, 0.25f];
    private static readonly float[] s_second = [0, -0.5f, 4_096, 1];

    [Theory]
    [InlineData("vector(4)", "[]")]
    [InlineData("vector", "[]")]
    [InlineData("halfvec(4)", "[]")]
    [InlineData("float4[]", "{}")]
    [InlineData("float8[]", "{}")]
    [InlineData("numeric[]", "{}")]
    [InlineData("text", "[]")]
    [InlineData("bytea", null)]
    public async Task An_embedding_is_copied_then_followed(string type, string? brackets)
    {
        string db = await DatabaseAsync(
            NeedsPgvector(type),
            $"CREATE TABLE items (id bigint PRIMARY KEY, name text, v {type})",
            $"INSERT INTO items VALUES (1, 'a', {Text(s_first, brackets)}), (2, 'b', {Text(s_second, brackets)})");
        using var model = new IngestModel();
        await using var follower = new TableFollower(model, TableFollower.Options(db));
        await follower.WhenFollowedAsync(() => follower.Retriever.Get(2) is not null);
        Assert.Equal(s_first, Embedding(follower, 1));
        Assert.Equal(s_second, Embedding(follower, 2));
        await ExecuteAsync(
            db,
            $"INSERT INTO items VALUES (3, 'c', {Text(s_first, brackets)})",
            $"UPDATE items SET v = {Text(s_first, brackets)} WHERE id = 2",
            $"UPDATE items SET v = {Text(s_second, brackets)} WHERE id = 1",
            "UPDATE items SET name = 'last' WHERE id = 3");
        await follower.WhenAsync(() => follower.Word(3) == "last");
        Assert.Equal(s_second, Embedding(follower, 1));
        Assert.Equal(s_first, Embedding(follower, 2));
        Assert.Equal(s_first, Embedding(follower, 3));
        await ExecuteAsync(db, "INSERT INTO items VALUES (4, 'none', NULL)");
        Assert.Contains("embedding \"v\"", await follower.WhenStoppedAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vector(768)")]
    [InlineData("halfvec(1536)")]
    [InlineData("bytea")]
    public async Task One_that_is_stored_out_of_line_stays_and_moves_with_its_key(string type)
    {
        // Rows are moved out of line where they have more than some 2,000 bytes.
        int dim = int.Parse(type.Split('(', ')').ElementAtOrDefault(1) ?? "768", CultureInfo.InvariantCulture);
        float[] values = [.. Enumerable.Range(1, dim).Select(i => i * 0.5f)];
        string text = Text(values, type == "bytea" ? null : "[]");
        string db = await DatabaseAsync(
            NeedsPgvector(type),
            $"CREATE TABLE items (id bigint PRIMARY KEY, name text, v {type})",
            "ALTER TABLE items ALTER v SET STORAGE EXTERNAL",
            $"INSERT INTO items VALUES (1, 'a', {text}), (2, 'b', {text})");

        Assert.NotEqual(0L, await ScalarAsync(
            db, "SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE oid = 'items'::regclass"));
        using var model = new IngestModel(IdKind.Integer, dim);
        await using var follower = new TableFollower(model, TableFollower.Options(db));
        await follower.WhenFollowedAsync(() => follower.Retriever.Get(2) is not null);
        await ExecuteAsync(
            db, "UPDATE items SET id = 20 WHERE id = 2", "UPDATE items SET name = 'last' WHERE id = 1");
        await follower.WhenAsync(() => follower.Word(1) == "last");
        Assert.Equal(values, Embedding(follower, 1));
        Assert.Equal(values, Embedding(follower, 20));
    }

    [Fact]
    public async Task A_row_that_is_asked_for_is_waited_for()
    {
        string text = Text([.. Enumerable.Range(1, 768).Select(i => i * 0.5f)], brackets: null);
        string db = await DatabaseAsync(
            needsPgvector: false,
            "CREATE TABLE items (id bigint PRIMARY KEY, name text, v bytea)",
            "ALTER TABLE items ALTER v SET STORAGE EXTERNAL",
            $"INSERT INTO items VALUES (1, 'a', {text}), (2, 'b', {text})");
        using var model = new IngestModel(IdKind.Integer, 768);
        await using var follower = new TableFollower(model, TableFollower.Options(db));
        await follower.WhenFollowedAsync(() => follower.Retriever.Get(2) is not null);

        // Commits wait for a replica that there is not: they are in the log, and so in the stream, but nobody sees them.
        await ExecuteAsync(
            db, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'", "SELECT pg_reload_conf()");
        Task update = ExecuteAsync(db, "UPDATE items SET id = 20 WHERE id = 2");
        while (await ScalarAsync(db, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") is 0L)
        {
            Assert.False(update.IsCompleted);
        }

        while (await ScalarAsync(
            db, "SELECT count(*) FROM pg_stat_replication WHERE sent_lsn >= pg_current_wal_insert_lsn()") is 0L)
        {
            Assert.False(update.IsCompleted);
        }

        // Time for the source to ask, too early.
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.NotNull(follower.Retriever.Get(2));
        await ExecuteAsync(db, "ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()");
        await update;
        await follower.WhenAsync(() => follower.Word(20) == "b");
        Assert.Null(follower.Retriever.Get(2));
    }

    [Theory]
    [InlineData("", "10:20:", 9, true)]
    [InlineData("", "10:20:", 19, true)]
    [InlineData("", "10:20:", 20, false)]
    [InlineData("", "10:20:10,15", 15, false)]
    [InlineData("", "10:20:10,15", 16, true)]
    [InlineData("it has gone round", "4294967290:4294967300:4294967297", 0xffff_fffb, true)]
    [InlineData("it has gone round", "4294967290:4294967300:4294967297", 1, false)]
    [InlineData("it has gone round", "4294967290:4294967300:4294967297", 3, true)]
    [InlineData("it has gone round", "4294967290:4294967300:4294967297", 4, false)]
    public void A_snapshot_sees_what_had_ended(string _, string snapshot, uint transaction, bool sees)
        => Assert.Equal(sees, PostgresSnapshot.Sees(snapshot, transaction));

    [Theory]
    [InlineData("vector(3)", null, "column \"v\": expected a type that holds 4 numbers, for the embedding \"v\"; found vector(3).")]
    [InlineData("halfvec(5)", null, "column \"v\": expected a type that holds 4 numbers, for the embedding \"v\"; found halfvec(5).")]
    [InlineData("sparsevec(4)", null, "column \"v\": expected a type that holds 4 numbers, for the embedding \"v\"; found sparsevec(4).")]
    [InlineData("vector", "'[1,2,3]'", "column \"v\": expected 4 numbers; found 3.")]
    [InlineData("text", "'[1,2,x,4]'", "column \"v\": expected 4 numbers; found \"[1,2,x,4]\".")]
    [InlineData("bytea", "'\\x0000803f'", "column \"v\": expected 4 numbers; found 1.")]
    [InlineData("bytea", "'\\x0000803f0000803f0000803f0000803f00'", "column \"v\": expected float32 numbers of 4 bytes; found 17 bytes.")]
    public async Task Another_width_is_refused_by_name(string type, string? value, string expected)
    {
        string db = await DatabaseAsync(
            NeedsPgvector(type),
            $"CREATE TABLE items (id bigint PRIMARY KEY, name text, v {type})",
            value is null ? "SELECT 1" : $"INSERT INTO items VALUES (1, 'a', {value})");
        using var model = new IngestModel();
        await using var follower = new TableFollower(model, TableFollower.Options(db));
        Assert.EndsWith(expected, await follower.WhenStoppedAsync(), StringComparison.Ordinal);
    }

    private static float[] Embedding(TableFollower follower, long id)
        => follower.Retriever.Get(id)!.Embeddings["v"].ToArray();

    private static bool NeedsPgvector(string type) => type.Contains("vec", StringComparison.Ordinal);

    // Within brackets, or as bytes.
    private static string Text(float[] values, string? brackets)
    {
        Assert.True(BitConverter.IsLittleEndian);
        return brackets is null ? $"'\\x{Convert.ToHexString(MemoryMarshal.AsBytes<float>(values))}'"
            : $"'{brackets[0]}{string.Join(',', values.Select(one => one.ToString(CultureInfo.InvariantCulture)))}{brackets[1]}'";
    }

    private async Task<string> DatabaseAsync(bool needsPgvector, params string[] statements)
    {
        PostgresServer server = await fixture.Server;
        string? types = needsPgvector ? Pgvector.Script(server.Folder) : null;
        string db = await server.CreateDatabaseAsync();
        await ExecuteAsync(db, [.. types is null ? Array.Empty<string>() : [types], .. statements]);
        return db;
    }
}

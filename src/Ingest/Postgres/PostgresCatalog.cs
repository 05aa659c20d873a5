using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;

namespace Linr.Ingest.Postgres;

/// <summary>
/// What a server knows of its tables, slots and publications; and the rows that have to be asked for.
/// </summary>
internal sealed class PostgresCatalog : IAsyncDisposable
{
    private const int VersionMin = 14;

    private static readonly TimeSpan s_visibleDelay = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_visibleDelayMax = TimeSpan.FromMilliseconds(50);

    private readonly NpgsqlConnection _connection;

    private PostgresCatalog(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Connects.</summary>
    /// <exception cref="SourceException">The server cannot do what is needed.</exception>
    public static async Task<PostgresCatalog> OpenAsync(string connectionString, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(connectionString);
        var catalog = new PostgresCatalog(connection);
        try
        {
            await connection.OpenAsync(cancellation).ConfigureAwait(false);
            if (connection.PostgreSqlVersion.Major < VersionMin)
            {
                throw new SourceException(
                    $"PostgreSQL: expected version {VersionMin} or later; found {connection.PostgreSqlVersion}.");
            }

            string level = (string)(await catalog.ScalarAsync("SHOW wal_level", cancellation).ConfigureAwait(false))!;
            return level == "logical" ? catalog
                : throw new SourceException($"PostgreSQL: expected wal_level = logical; found {level}.");
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The table, as it is now.</summary>
    /// <exception cref="SourceException">There is none, or it does not fit.</exception>
    public async Task<PostgresTable> ReadTableAsync(
        PostgresSourceOptions options, Schema schema, CancellationToken cancellation)
    {
        const string Sql = """
            SELECT c.oid, format('%I.%I', n.nspname, c.relname), a.attname, t.typname, a.atttypmod,
                c.relreplident = 'f' OR coalesce(a.attnum = ANY (i.indkey), false),
                coalesce(p.indnkeyatts = 1 AND a.attnum = p.indkey[0], false)
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
            JOIN pg_type t ON t.oid = a.atttypid
            LEFT JOIN pg_index p ON p.indrelid = c.oid AND p.indisprimary
            LEFT JOIN pg_index i ON i.indrelid = c.oid
                AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident ELSE false END
            WHERE c.oid = to_regclass($1)
            ORDER BY a.attnum
            """;
        await using NpgsqlCommand command = Command(Sql, options.Table);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var columns = new List<PostgresColumn>();
        (uint id, string name, string? key) = (0, string.Empty, null);
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            (id, name) = (reader.GetFieldValue<uint>(0), reader.GetString(1));
            columns.Add(new PostgresColumn(
                reader.GetString(2), reader.GetString(3), reader.GetInt32(4), reader.GetBoolean(5)));
            key = reader.GetBoolean(6) ? columns[^1].Name : key;
        }

        return columns.Count > 0
            ? new PostgresTable(id, name, columns, options, schema, key)
            : throw new SourceException($"Table {options.Table}: expected a table with columns; found none.");
    }

    /// <summary>Names of types.</summary>
    public async Task<Dictionary<uint, string>> ReadTypesAsync(IEnumerable<uint> types, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = Command("SELECT oid, typname FROM pg_type WHERE oid = ANY ($1)", null);
        command.Parameters[0] = new NpgsqlParameter
        {
            Value = types.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Oid,
        };
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var names = new Dictionary<uint, string>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            names.Add(reader.GetFieldValue<uint>(0), reader.GetString(1));
        }

        return names;
    }

    /// <summary>How a slot stands; null where there is none.</summary>
    public async Task<SlotState?> FindSlotAsync(string slot, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = Command(
            """
            SELECT coalesce(wal_status, 'lost'), confirmed_flush_lsn, coalesce(plugin, 'none'),
                database = current_database()
            FROM pg_replication_slots WHERE slot_name = $1
            """,
            slot);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            return null;
        }

        string plugin = reader.GetString(2);
        return plugin == "pgoutput" && reader.GetBoolean(3)
            ? new SlotState(
                reader.GetString(0) == "lost",
                reader.IsDBNull(1) ? default : reader.GetFieldValue<NpgsqlLogSequenceNumber>(1))
            : throw new SourceException(
                $"Slot \"{slot}\": expected one of this database with the plug-in pgoutput; found {plugin}.");
    }

    /// <summary>Removes a slot.</summary>
    public async Task DropSlotAsync(string slot, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = Command("SELECT pg_drop_replication_slot($1)", slot);
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Makes a publication of the table, if there is none of that name.</summary>
    /// <exception cref="SourceException">There is one, of other tables.</exception>
    public async Task EnsurePublicationAsync(string publication, PostgresTable table, CancellationToken cancellation)
    {
        await using NpgsqlCommand find = Command(
            """
            SELECT EXISTS (SELECT FROM pg_publication_tables t WHERE t.pubname = p.pubname
                AND format('%I.%I', t.schemaname, t.tablename) = $2)
            FROM pg_publication p WHERE p.pubname = $1
            """,
            publication);
        find.Parameters.Add(new NpgsqlParameter { Value = table.Name });
        object? isOf = await find.ExecuteScalarAsync(cancellation).ConfigureAwait(false);
        if (isOf is false)
        {
            throw new SourceException(
                $"Publication \"{publication}\": expected one with the table {table.Name}; found one without.");
        }

        if (isOf is null)
        {
            await using var create = new NpgsqlCommand(
                $"CREATE PUBLICATION {Quote(publication)} FOR TABLE {table.Name} "
                + "WITH (publish_via_partition_root = true)",
                _connection);
            await create.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Where the server's log ends.</summary>
    public async Task<NpgsqlLogSequenceNumber> ReadEndAsync(CancellationToken cancellation)
    {
        object? end = await ScalarAsync("SELECT pg_current_wal_insert_lsn()", cancellation).ConfigureAwait(false);
        return (NpgsqlLogSequenceNumber)end!;
    }

    /// <summary>Writes a message into the server's log; returns where that ends.</summary>
    public async Task<NpgsqlLogSequenceNumber> WriteMessageAsync(
        string prefix, string text, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = Command("SELECT pg_logical_emit_message(false, $1, $2)", prefix);
        command.Parameters.Add(new NpgsqlParameter { Value = text });
        return (NpgsqlLogSequenceNumber)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
    }

    /// <summary>
    /// All rows of a table, as texts, one after the other in <see cref="PostgresTable.Row"/>; as a snapshot has them,
    /// if one is named.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="snapshot">The snapshot's name.</param>
    /// <param name="cancellation">Ends it.</param>
    public async IAsyncEnumerable<PostgresRow> ReadSnapshotAsync(
        PostgresTable table, string snapshot, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using NpgsqlTransaction transaction = await _connection
            .BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation).ConfigureAwait(false);

        // A statement of this kind takes no parameter; the name is the server's own.
        string set = $"SET TRANSACTION SNAPSHOT '{snapshot.Replace("'", "''", StringComparison.Ordinal)}'";
        await using (var take = new NpgsqlCommand(set, _connection))
        {
            await take.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }

        await using var select = new NpgsqlCommand(Select(table), _connection) { CommandTimeout = 0 };
        await using NpgsqlDataReader reader = await select.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            Fill(table, reader);
            yield return table.Row;
        }
    }

    /// <summary>
    /// Ends when others can see what a transaction did. The stream has it once it is in the server's log, which is
    /// before that, and with synchronous replicas long before.
    /// </summary>
    /// <param name="transaction">Its number, which is in the log as committed.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task WhenVisibleAsync(uint transaction, CancellationToken cancellation)
    {
        TimeSpan delay = s_visibleDelay;
        while (true)
        {
            string snapshot = (string)(await ScalarAsync("SELECT pg_current_snapshot()::text", cancellation)
                .ConfigureAwait(false))!;
            if (PostgresSnapshot.Sees(snapshot, transaction))
            {
                return;
            }

            await Task.Delay(delay, cancellation).ConfigureAwait(false);
            delay = delay < s_visibleDelayMax ? 2 * delay : s_visibleDelayMax;
        }
    }

    /// <summary>
    /// Puts the row of a key, as it is now, into <see cref="PostgresTable.Row"/>; false where there is none.
    /// </summary>
    public async Task<bool> ReadRowAsync(PostgresTable table, string key, CancellationToken cancellation)
    {
        // A text that takes the type of the column: its index is used.
        await using NpgsqlCommand command = Command($"{Select(table)} WHERE {Quote(table.KeyColumn)} = $1", null);
        command.Parameters[0] = new NpgsqlParameter { Value = key, NpgsqlDbType = NpgsqlDbType.Unknown };
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            return false;
        }

        Fill(table, reader);
        return true;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static void Fill(PostgresTable table, NpgsqlDataReader reader)
    {
        table.Row.Clear();
        for (int column = 0; column < table.Columns.Count; column++)
        {
            table.Row.Set(column, reader.IsDBNull(column) ? null : reader.GetFieldValue<byte[]>(column));
        }
    }

    private static string Select(PostgresTable table)
    {
        IEnumerable<string> texts = table.Columns.Select(column => Quote(column.Name) + "::text");
        return $"SELECT {string.Join(", ", texts)} FROM {table.Name}";
    }

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private NpgsqlCommand Command(string sql, string? first)
        => new(sql, _connection) { Parameters = { new NpgsqlParameter { Value = (object?)first ?? DBNull.Value } } };

    private async Task<object?> ScalarAsync(string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        return await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false);
    }
}

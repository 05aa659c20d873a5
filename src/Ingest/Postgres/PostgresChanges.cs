using System.Runtime.CompilerServices;
using System.Text;
using Linr.Formats;
using Linr.Ingest.Internal;
using Npgsql.Replication.PgOutput;
using Npgsql.Replication.PgOutput.Messages;
using NpgsqlTypes;

namespace Linr.Ingest.Postgres;

/// <summary>
/// The transactions of a replication stream as batches. A transaction is one batch, unless it is larger than one; the
/// position moves with its commit.
/// </summary>
internal sealed class PostgresChanges(
    string source, PostgresTable table, PostgresSourceOptions options, SourceFeed feed, PostgresCatalog catalog,
    PostgresPosition position)
{
    /// <summary>The prefix of messages that move the slot on.</summary>
    public const string HeartbeatPrefix = "linr";

    private readonly BatchBuilder<long> _builder = new();
    private readonly List<PoisonRecord> _poison = [];
    private PostgresTable _table = table;
    private PostgresPosition _position = position;
    private DateTimeOffset? _committedAt = feed.Position?.CommittedAt;
    private bool _isInTransaction;
    private uint _transaction;

    /// <summary>Reads until it is cancelled, or the stream ends.</summary>
    /// <exception cref="SourceException">The table is no longer what the schema needs.</exception>
    public async IAsyncEnumerable<ChangeBatch> ReadAsync(
        IAsyncEnumerable<PgOutputReplicationMessage> messages, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (PgOutputReplicationMessage message in messages
            .WithCancellation(cancellation).ConfigureAwait(false))
        {
            switch (message)
            {
                case BeginMessage begin:
                    _isInTransaction = true;
                    _transaction = begin.TransactionXid;
                    break;
                case CommitMessage commit:
                    _isInTransaction = false;
                    if (_builder.Count + _poison.Count > 0)
                    {
                        _committedAt = new DateTimeOffset(commit.TransactionCommitTimestamp, TimeSpan.Zero);
                        yield return Take(_position = _position.At(commit.TransactionEndLsn));
                    }

                    break;
                case LogicalDecodingMessage { Prefix: HeartbeatPrefix } beat:
                    await ReadToEndAsync(beat.Data, cancellation).ConfigureAwait(false);
                    if (!_isInTransaction && beat.MessageLsn > _position.Number)
                    {
                        // All that was committed before it has come.
                        yield return Take(_position = _position.At(beat.MessageLsn));
                        if (!options.Follows)
                        {
                            yield break;
                        }
                    }

                    break;
                case TruncateMessage truncate when truncate.Relations.Any(IsTable):
                    yield return Take(_position);
                    yield return new ChangeBatch
                    {
                        Position = ToSource(_position),
                        Sweep = new ItemSweep(options.Scope.Contains, unchecked((long)(ulong)truncate.WalStart)),
                    };
                    break;
                default:
                    await AddAsync(message, cancellation).ConfigureAwait(false);
                    if (_builder.IsFull(options.BatchChangesMax))
                    {
                        yield return Take(_position);
                    }

                    break;
            }
        }
    }

    private async Task AddAsync(PgOutputReplicationMessage message, CancellationToken cancellation)
    {
        switch (message)
        {
            case RelationMessage relation when IsTable(relation):
                await SetColumnsAsync(relation, cancellation).ConfigureAwait(false);
                break;
            case InsertMessage insert when IsTable(insert.Relation):
                await FillAsync(_table.Row, insert.NewRow, cancellation).ConfigureAwait(false);
                Add(message, () => _table.Reader.Read(ChangeKind.Upsert, VersionOf(message)));
                break;
            case UpdateMessage update when IsTable(update.Relation):
                await AddUpdateAsync(update, cancellation).ConfigureAwait(false);
                break;
            case KeyDeleteMessage delete when IsTable(delete.Relation):
                await FillAsync(_table.Old, delete.Key, cancellation).ConfigureAwait(false);
                Add(message, () => _table.OldReader.Read(ChangeKind.Delete, VersionOf(message)));
                break;
            case FullDeleteMessage delete when IsTable(delete.Relation):
                await FillAsync(_table.Old, delete.OldRow, cancellation).ConfigureAwait(false);
                Add(message, () => _table.OldReader.Read(ChangeKind.Delete, VersionOf(message)));
                break;
        }
    }

    private async Task AddUpdateAsync(UpdateMessage update, CancellationToken cancellation)
    {
        // The old row comes before the new one on the wire.
        ReplicationTuple? old = update switch
        {
            FullUpdateMessage full => full.OldRow,
            IndexUpdateMessage index => index.Key,
            _ => null,
        };
        if (old is not null)
        {
            await FillAsync(_table.Old, old, cancellation).ConfigureAwait(false);
        }

        await FillAsync(_table.Row, update.NewRow, cancellation).ConfigureAwait(false);
        if (update is FullUpdateMessage)
        {
            _table.Row.Complete(_table.Old);
        }

        long version = VersionOf(update);
        ItemId? was = null;
        if (old is not null && Read(update, () => _table.OldReader.Read(ChangeKind.Delete, version)) is { } before)
        {
            was = before.Id;
        }

        ItemId? now = Read(update, () => _table.Reader.Read(ChangeKind.Delete, version))?.Id;
        if (now is null)
        {
            return;
        }

        if (was is { } gone && gone != now)
        {
            _builder.Add(ItemChange.Delete(gone, version), version, 0);

            // The server does not say a large value again, and the item that has it is gone: the row is asked for.
            // Whatever changed since will come.
            if (_table.IsPart && !await AskAsync(now.Value, cancellation).ConfigureAwait(false))
            {
                return;
            }
        }

        Add(update, () => _table.Reader.Read(_table.IsPart ? ChangeKind.Update : ChangeKind.Upsert, version));
    }

    private async Task<bool> AskAsync(ItemId id, CancellationToken cancellation)
    {
        await catalog.WhenVisibleAsync(_transaction, cancellation).ConfigureAwait(false);
        return await catalog.ReadRowAsync(_table, id.ToString(), cancellation).ConfigureAwait(false);
    }

    private async Task SetColumnsAsync(RelationMessage relation, CancellationToken cancellation)
    {
        Dictionary<uint, string> types = await catalog
            .ReadTypesAsync(relation.Columns.Select(column => column.DataTypeId), cancellation).ConfigureAwait(false);
        PostgresColumn[] columns =
        [
            .. relation.Columns.Select(column => new PostgresColumn(
                column.ColumnName,
                types.GetValueOrDefault(column.DataTypeId, "unknown"),
                column.TypeModifier,
                column.Flags.HasFlag(RelationMessage.Column.ColumnFlags.PartOfKey))),
        ];
        _table = _table.With(columns, feed.Schema);
        UnknownColumns.Report(_table.Reader, $"Table {_table.Name}", feed, options.RefusesUnknownColumns);
    }

    private void Add(PgOutputReplicationMessage message, Func<ItemChange> read)
    {
        if (Read(message, read) is { } change)
        {
            _builder.Add(change, VersionOf(message), _table.Row.Bytes);
        }
    }

    private ItemChange? Read(PgOutputReplicationMessage message, Func<ItemChange> read)
    {
        try
        {
            return read();
        }
        catch (DataFormatException error)
        {
            string record = (message is DeleteMessage ? _table.Old : _table.Row).ToString();
            _poison.Add(new PoisonRecord(Place(VersionOf(message)), record, error.Message));
            return null;
        }
    }

    private ChangeBatch Take(PostgresPosition at)
    {
        ChangeBatch batch = _builder.Take(ToSource(at), Place) with { Poison = [.. _poison] };
        _poison.Clear();
        return batch;
    }

    private SourcePosition ToSource(PostgresPosition at) => at.ToSource(source, _committedAt);

    private string Place(long version) => $"{_table.Name}, {new NpgsqlLogSequenceNumber(unchecked((ulong)version))}";

    private bool IsTable(RelationMessage relation) => relation.RelationId == _table.Id;

    private static long VersionOf(PgOutputReplicationMessage message) => unchecked((long)(ulong)message.WalStart);

    private static async Task FillAsync(PostgresRow row, ReplicationTuple tuple, CancellationToken cancellation)
    {
        row.Clear();
        int column = 0;
        await foreach (ReplicationValue value in tuple.WithCancellation(cancellation).ConfigureAwait(false))
        {
            if (value.Kind == TupleDataKind.Null)
            {
                row.Set(column, null);
            }
            else if (value.Kind == TupleDataKind.TextValue)
            {
                byte[] text = new byte[value.Length];
                using Stream stream = value.GetStream();
                await stream.ReadExactlyAsync(text, cancellation).ConfigureAwait(false);
                row.Set(column, text);
            }

            column++;
        }
    }

    private static async Task ReadToEndAsync(Stream data, CancellationToken cancellation)
    {
        using var reader = new StreamReader(data, Encoding.UTF8);
        await reader.ReadToEndAsync(cancellation).ConfigureAwait(false);
    }
}

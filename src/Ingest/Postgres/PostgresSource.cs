using System.Runtime.CompilerServices;
using Linr.Ingest.Internal;
using Npgsql;
using Npgsql.Replication;
using Npgsql.Replication.PgOutput;
using Npgsql.Replication.PgOutput.Messages;
using NpgsqlTypes;

namespace Linr.Ingest.Postgres;

/// <summary>
/// The rows of a PostgreSQL table as items: all of them as they are in one snapshot, then each change as the server's
/// log has it, by logical replication. A change's version is its place in that log.
/// </summary>
public sealed class PostgresSource : IChangeSource
{
    private const int SlotLengthMax = 63;

    private static readonly TimeSpan s_statusInterval = TimeSpan.FromSeconds(1);

    private readonly PostgresSourceOptions _options;
    private readonly string _connectionString;
    private readonly string _slot;
    private readonly string _publication;
    private LogicalReplicationConnection? _stream;
    private TaskCompletionSource _acknowledged = new();

    /// <summary>A source of one table.</summary>
    /// <exception cref="ArgumentException">The connection string, or the name of the slot, is none.</exception>
    public PostgresSource(PostgresSourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.BatchChangesMax);
        _options = options;
        Name = options.Name ?? "postgres:" + options.Table;
        _slot = options.Slot ?? "linr_" + string.Concat(options.Table.ToLowerInvariant().Select(
            letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));
        bool isName = _slot.All(letter => letter is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_');
        if (!isName || _slot.Length is 0 or > SlotLengthMax)
        {
            throw new ArgumentException(
                $"Slot: expected 1 to {SlotLengthMax} small letters, digits and underscores; found \"{_slot}\".",
                nameof(options));
        }

        _publication = options.Publication ?? _slot;

        // Values come as text: the same text in a copy and in the stream, with all that they hold.
        _connectionString = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            Options = "-c datestyle=ISO -c timezone=UTC -c intervalstyle=postgres -c bytea_output=hex "
                + "-c extra_float_digits=3",
            Pooling = false,
            ApplicationName = "linr",
        }.ConnectionString;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public void Acknowledge(SourcePosition position)
    {
        ArgumentNullException.ThrowIfNull(position);
        PostgresPosition parsed = PositionJson.Read(position, PositionJson.Default.PostgresPosition);
        if (!parsed.IsCopying)
        {
            // Sent with the next status, within a second.
            Volatile.Read(ref _stream)?.SetReplicationStatus(parsed.Number);
        }

        Volatile.Read(ref _acknowledged).TrySetResult();
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChangeBatch> ReadAsync(
        SourceFeed feed, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(feed);
        await using IAsyncEnumerator<ChangeBatch> batches =
            ReadSessionAsync(feed, cancellation).GetAsyncEnumerator(cancellation);
        while (true)
        {
            try
            {
                if (!await batches.MoveNextAsync().ConfigureAwait(false))
                {
                    yield break;
                }
            }
            catch (Exception error) when (PostgresErrors.IsOne(error))
            {
                throw PostgresErrors.Of(Name, error);
            }

            yield return batches.Current;
        }
    }

    private async IAsyncEnumerable<ChangeBatch> ReadSessionAsync(
        SourceFeed feed, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using PostgresCatalog catalog =
            await PostgresCatalog.OpenAsync(_connectionString, cancellation).ConfigureAwait(false);
        await using var stream = new LogicalReplicationConnection(_connectionString)
        {
            WalReceiverStatusInterval = s_statusInterval,
        };
        await stream.Open(cancellation).ConfigureAwait(false);
        PostgresTable table = await catalog.ReadTableAsync(_options, feed.Schema, cancellation).ConfigureAwait(false);
        UnknownColumns.Report(table.Reader, $"Table {table.Name}", feed, _options.RefusesUnknownColumns);
        await catalog.EnsurePublicationAsync(_publication, table, cancellation).ConfigureAwait(false);
        string system = (await stream.IdentifySystem(cancellation).ConfigureAwait(false)).SystemId;
        SlotState? slot = await catalog.FindSlotAsync(_slot, cancellation).ConfigureAwait(false);
        PostgresPosition position = Begin(feed, system, slot);
        if (position.IsCopying)
        {
            // That the slot is ours has to be known before it is made: a slot of others is not touched.
            SourcePosition copying = position.ToSource(Name);
            if (feed.Position != copying)
            {
                _acknowledged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                yield return new ChangeBatch { Position = copying };
                await _acknowledged.Task.WaitAsync(cancellation).ConfigureAwait(false);
            }

            if (slot is not null)
            {
                await catalog.DropSlotAsync(_slot, cancellation).ConfigureAwait(false);
            }

            feed.State = SourceState.InitialCopy;
            await foreach (ChangeBatch batch in CopyAsync(catalog, stream, table, position, cancellation)
                .ConfigureAwait(false))
            {
                position = PositionJson.Read(batch.Position, PositionJson.Default.PostgresPosition);
                yield return batch;
            }
        }

        feed.State = SourceState.Streaming;
        await foreach (ChangeBatch batch in FollowAsync(catalog, stream, table, position, feed, cancellation)
            .ConfigureAwait(false))
        {
            yield return batch;
        }
    }

    /// <summary>Makes the slot, and copies the table as it is where that begins.</summary>
    private async IAsyncEnumerable<ChangeBatch> CopyAsync(
        PostgresCatalog catalog,
        LogicalReplicationConnection stream,
        PostgresTable table,
        PostgresPosition position,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        NpgsqlLogSequenceNumber before = await catalog.ReadEndAsync(cancellation).ConfigureAwait(false);
        PgOutputReplicationSlot slot = await stream.CreatePgOutputReplicationSlot(
            _slot, slotSnapshotInitMode: LogicalSlotSnapshotInitMode.Export, cancellationToken: cancellation)
            .ConfigureAwait(false);
        var copy = new PostgresCopy(Name, table, _options, unchecked((long)(ulong)before));
        IAsyncEnumerable<PostgresRow> rows = catalog.ReadSnapshotAsync(table, slot.SnapshotName!, cancellation);
        await foreach (ChangeBatch batch in copy.ReadAsync(rows, position.ToSource(Name)).ConfigureAwait(false))
        {
            yield return batch;
        }

        yield return new ChangeBatch
        {
            Position = position.At(slot.ConsistentPoint).ToSource(Name), Sweep = copy.Sweep,
        };
    }

    /// <summary>The changes behind a position, as they come.</summary>
    private async IAsyncEnumerable<ChangeBatch> FollowAsync(
        PostgresCatalog catalog,
        LogicalReplicationConnection stream,
        PostgresTable table,
        PostgresPosition position,
        SourceFeed feed,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        Volatile.Write(ref _stream, stream);
        using var beating = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task heart = BeatAsync(feed, beating.Token);
        try
        {
            var changes = new PostgresChanges(Name, table, _options, feed, catalog, position);
            IAsyncEnumerable<PgOutputReplicationMessage> messages = stream.StartReplication(
                new PgOutputReplicationSlot(_slot),
                new PgOutputReplicationOptions(_publication, PgOutputProtocolVersion.V1, messages: true),
                cancellation,
                position.Number);
            await foreach (ChangeBatch batch in changes.ReadAsync(messages, cancellation).ConfigureAwait(false))
            {
                yield return batch;
            }
        }
        finally
        {
            Volatile.Write(ref _stream, null);
            await beating.CancelAsync().ConfigureAwait(false);
            await heart.ConfigureAwait(false);
        }
    }

    /// <summary>Where to go on: at the position, or with a copy.</summary>
    private PostgresPosition Begin(SourceFeed feed, string system, SlotState? slot)
    {
        var copying = new PostgresPosition(system, _slot, "0/0", IsCopying: true);
        if (feed.Position is null)
        {
            return slot is null ? copying
                : throw new SourceException(
                    $"Slot \"{_slot}\": expected none, as nothing came from it yet; found one, which another may use. "
                    + "Name another slot, or drop it.");
        }

        PostgresPosition position = PositionJson.Read(feed.Position, PositionJson.Default.PostgresPosition);
        if (position.System != system || position.Slot != _slot)
        {
            throw new SourceException(
                $"Source \"{Name}\": expected the slot \"{position.Slot}\" of the server {position.System}, from which "
                + $"its items came; found \"{_slot}\" of {system}.");
        }

        string? lost = position.IsCopying ? "was being copied when it ended"
            : slot is null ? $"has to be copied again: its slot \"{_slot}\" is gone"
            : slot.IsLost ? $"has to be copied again: the server has removed what its slot \"{_slot}\" needs"
            : slot.Confirmed > position.Number
                ? $"has to be copied again: its slot \"{_slot}\" is at {slot.Confirmed}, its items at {position.Lsn}"
            : null;
        if (lost is null)
        {
            return position;
        }

        feed.Notice($"The table {_options.Table} {lost}.");
        return copying;
    }

    /// <summary>
    /// Writes a message into the server's log now and then: it comes back, behind all that came before it.
    /// </summary>
    private async Task BeatAsync(SourceFeed feed, CancellationToken cancellation)
    {
        if (_options.HeartbeatInterval <= TimeSpan.Zero && _options.Follows)
        {
            return;
        }

        try
        {
            await using PostgresCatalog catalog =
                await PostgresCatalog.OpenAsync(_connectionString, cancellation).ConfigureAwait(false);
            TimeSpan interval = _options.HeartbeatInterval;
            using var timer = new PeriodicTimer(
                interval > TimeSpan.Zero ? interval : Timeout.InfiniteTimeSpan, feed.Time);
            do
            {
                NpgsqlLogSequenceNumber end = await catalog.WriteMessageAsync(
                    PostgresChanges.HeartbeatPrefix, _slot, cancellation).ConfigureAwait(false);
                if (Volatile.Read(ref _stream) is { } stream)
                {
                    feed.SetLag(Math.Max(0, (long)((ulong)end - (ulong)stream.LastFlushedLsn)), "bytes");
                }
            }
            while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The stream has ended.
        }
        catch (Exception error) when (PostgresErrors.IsOne(error))
        {
            feed.Notice(
                $"The slot \"{_slot}\" moves with its table's changes alone, as no heartbeat can be written: "
                + error.Message);
        }
    }
}

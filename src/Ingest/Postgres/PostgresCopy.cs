using Linr.Formats;
using Linr.Ingest.Internal;

namespace Linr.Ingest.Postgres;

/// <summary>
/// A table's rows as they are in a snapshot. Their version is a place of the server's log from before the snapshot was
/// taken: every change that the stream will give is behind it, and none that an earlier stream has given.
/// </summary>
internal sealed class PostgresCopy(string source, PostgresTable table, PostgresSourceOptions options, long version)
{
    private readonly HashSet<ItemId> _copied = [];

    /// <summary>Deletes what is no row of the table any more, once all have been read.</summary>
    public ItemSweep Sweep => new(id => options.Scope.Contains(id) && !_copied.Contains(id), version);

    /// <summary>The rows.</summary>
    /// <param name="rows">Each is <see cref="PostgresTable.Row"/>.</param>
    /// <param name="position">Where it begins anew if it does not end.</param>
    public async IAsyncEnumerable<ChangeBatch> ReadAsync(IAsyncEnumerable<PostgresRow> rows, SourcePosition position)
    {
        var builder = new BatchBuilder<long>();
        var poison = new List<PoisonRecord>();
        long number = 0;
        await foreach (PostgresRow row in rows.ConfigureAwait(false))
        {
            number++;
            try
            {
                ItemChange change = table.Reader.Read(ChangeKind.Upsert, version);
                builder.Add(change, number, row.Bytes);
                _copied.Add(change.Id);
            }
            catch (DataFormatException error)
            {
                poison.Add(new PoisonRecord(Place(number), row.ToString(), error.Message));
            }

            if (builder.IsFull(options.BatchChangesMax) || poison.Count > 0)
            {
                yield return builder.Take(position, Place) with { Poison = [.. poison] };
                poison.Clear();
            }
        }

        if (builder.Count > 0)
        {
            yield return builder.Take(position, Place);
        }

        string Place(long at) => $"{source}, copy of {table.Name}, row {at}";
    }
}

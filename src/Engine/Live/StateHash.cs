using System.Buffers;
using System.Globalization;
using System.IO.Hashing;
using Linr.Index;
using Linr.Index.Live;

namespace Linr.Engine.Live;

/// <summary>
/// One hash of items, whatever their order: the sum, modulo 2^128, of the XXH3-128 of each item as an upsert of the log,
/// and of each version of an item that is gone as a delete.
/// </summary>
internal static class StateHash
{
    /// <summary>The hash of a live table at one moment, as 32 hexadecimal digits.</summary>
    /// <param name="view">The items.</param>
    /// <param name="versions">Their versions then, as <see cref="LiveTable.Versions"/> gave them.</param>
    /// <param name="cancellation">Looked at between blocks of items.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static string Of(TableView view, IReadOnlyList<ItemChange> versions, CancellationToken cancellation)
    {
        Dictionary<ItemId, long> versionOf = versions.ToDictionary(change => change.Id, change => change.Version!.Value);
        UInt128 gone = 0;
        var buffer = new ArrayBufferWriter<byte>();
        foreach (ItemChange version in versions)
        {
            gone = view.TryFind(version.Id, out _) ? gone : unchecked(gone + Hash(version, buffer));
        }

        return Format(unchecked(gone + SumOf(view.Table, view.LiveRows().Chunk(Limits.BlockRows), versionOf, cancellation)));
    }

    /// <summary>The hash of a table whose items stay as they are.</summary>
    /// <inheritdoc cref="Of(TableView, IReadOnlyList{ItemChange}, CancellationToken)"/>
    public static string Of(ItemTable table, CancellationToken cancellation)
    {
        IEnumerable<uint[]> rows = Enumerable.Range(0, table.BlockCount).Select(block => Enumerable
            .Range(0, table.BlockRows(block)).Select(within => (uint)((block * Limits.BlockRows) + within)).ToArray());
        return Format(SumOf(table, rows, [], cancellation));
    }

    private static UInt128 SumOf(
        ItemTable table, IEnumerable<uint[]> rows, Dictionary<ItemId, long> versions, CancellationToken cancellation)
    {
        Lock gate = new();
        UInt128 all = 0;
        Parallel.ForEach(rows, new ParallelOptions { CancellationToken = cancellation }, some =>
        {
            var buffer = new ArrayBufferWriter<byte>();
            UInt128 sum = 0;
            foreach (uint row in some)
            {
                Item item = table.ReadItem(row);
                long? version = versions.TryGetValue(item.Id, out long known) ? known : null;
                sum = unchecked(sum + Hash(ItemChange.Upsert(item, version), buffer));
            }

            lock (gate)
            {
                all = unchecked(all + sum);
            }
        });
        return all;
    }

    private static UInt128 Hash(ItemChange change, ArrayBufferWriter<byte> buffer)
    {
        buffer.ResetWrittenCount();
        ChangeCodec.Write(change, buffer);
        return XxHash128.HashToUInt128(buffer.WrittenSpan);
    }

    private static string Format(UInt128 hash) => hash.ToString("x32", CultureInfo.InvariantCulture);
}

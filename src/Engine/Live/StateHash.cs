using System.Buffers;
using System.Globalization;
using System.IO.Hashing;
using Linr.Index;
using Linr.Index.Live;

namespace Linr.Engine.Live;

/// <summary>
/// One hash of items, whatever their order: the sum, modulo 2^128, of the XXH3-128 of each item as an upsert of the
/// log, and of each version of an item that is gone as a delete.
/// </summary>
internal static class StateHash
{
    private const int PieceRows = 8_192;

    /// <summary>The hash of a live table at one moment, as 32 hexadecimal digits.</summary>
    /// <param name="view">The items.</param>
    /// <param name="gone">The versions then of items that are gone, as <see cref="LiveTable.Gone"/> gave them.</param>
    /// <param name="cancellation">Looked at between pieces of the items.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static string Of(TableView view, IReadOnlyList<ItemChange> gone, CancellationToken cancellation)
    {
        var buffer = new ArrayBufferWriter<byte>();
        UInt128 sum = 0;
        foreach (ItemChange version in gone)
        {
            sum = unchecked(sum + Hash(version, buffer));
        }

        return Format(unchecked(sum + SumOf(
            view.LiveRows().Chunk(PieceRows),
            row => ItemChange.Upsert(view.Table.ReadItem(row), view.VersionOf(row)),
            cancellation)));
    }

    /// <summary>The hash of a table whose items stay as they are.</summary>
    /// <inheritdoc cref="Of(TableView, IReadOnlyList{ItemChange}, CancellationToken)"/>
    public static string Of(ItemTable table, CancellationToken cancellation) => Format(SumOf(
        Rows(table.Rows).Chunk(PieceRows), row => ItemChange.Upsert(table.ReadItem(row)), cancellation));

    private static IEnumerable<uint> Rows(long count)
    {
        for (uint row = 0; row < count; row++)
        {
            yield return row;
        }
    }

    private static UInt128 SumOf(
        IEnumerable<uint[]> pieces, Func<uint, ItemChange> changeOf, CancellationToken cancellation)
    {
        Lock gate = new();
        UInt128 all = 0;
        Parallel.ForEach(pieces, new ParallelOptions { CancellationToken = cancellation }, rows =>
        {
            var buffer = new ArrayBufferWriter<byte>();
            UInt128 sum = 0;
            foreach (uint row in rows)
            {
                sum = unchecked(sum + Hash(changeOf(row), buffer));
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

using System.Buffers;
using System.Globalization;
using System.IO.Hashing;
using Linr.Index;
using Linr.Index.Columns;
using Linr.Index.Live;
using Linr.Memory;

namespace Linr.Engine.Live;

/// <summary>
/// One hash of what was given, whatever the order in which it came: the sum, modulo 2^128, of the XXH3-128 of each item
/// as an upsert of the log, and of each version of an item that is gone as a delete. Of embeddings that the model makes
/// it has the model that makes them, not their bits: these are what the engine's arithmetic gives.
/// </summary>
internal static class StateHash
{
    private const int PieceRows = 8_192;

    /// <summary>The hash of a live table at one moment, as 32 hexadecimal digits.</summary>
    /// <param name="view">The items.</param>
    /// <param name="gone">The versions then of items that are gone, as <see cref="LiveTable.Gone"/> gave them.</param>
    /// <param name="maker">What makes embeddings, as <see cref="MakerFingerprint"/> gives it.</param>
    /// <param name="cancellation">Looked at between pieces of the items.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static string Of(
        TableView view, IReadOnlyList<ItemChange> gone, UInt128 maker, CancellationToken cancellation)
    {
        var buffer = new ArrayBufferWriter<byte>();
        UInt128 sum = maker;
        foreach (ItemChange version in gone)
        {
            sum = unchecked(sum + Hash(version, buffer));
        }

        return Format(unchecked(sum + SumOf(
            view.LiveRows().Chunk(PieceRows),
            row => ItemChange.Upsert(Given(view.Table, row, view.IsMade), view.VersionOf(row)),
            cancellation)));
    }

    /// <summary>The hash of a table whose items stay as they are.</summary>
    /// <param name="table">The items.</param>
    /// <param name="made">Which of their embeddings were made, as <see cref="SavedState.Made"/> gives them.</param>
    /// <param name="maker">What makes embeddings, as <see cref="MakerFingerprint"/> gives it.</param>
    /// <param name="cancellation">Looked at between pieces of the items.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static string Of(
        ItemTable table,
        IEnumerable<(int Embedding, NativeSlice<ulong> Rows)> made,
        UInt128 maker,
        CancellationToken cancellation)
    {
        Dictionary<int, NativeSlice<ulong>> masks = made.ToDictionary(one => one.Embedding, one => one.Rows);
        return Format(unchecked(maker + SumOf(
            Rows(table.Rows).Chunk(PieceRows), row => ItemChange.Upsert(Given(table, row, IsMade)), cancellation)));

        bool IsMade(int embedding, uint row) => masks.TryGetValue(embedding, out NativeSlice<ulong> rows)
            && (rows[row / RowMask.WordRows] >> (int)(row % RowMask.WordRows) & 1) != 0;
    }

    private static Item Given(ItemTable table, uint row, Func<int, uint, bool> isMade)
    {
        Item item = table.ReadItem(row);
        return item with
        {
            Embeddings = table.Embeddings.Where((_, place) => !isMade(place, row))
                .ToDictionary(column => column.Schema.Name, column => item.Embeddings[column.Schema.Name]),
        };
    }

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

using System.Numerics;
using Linr.Index.Ids;
using Linr.Memory;

namespace Linr.Index.Device;

/// <summary>
/// A number a row of a shard, all different, in the order of item key, then id: the keys themselves, or, where two rows
/// have the same key, the rows' ranks.
/// </summary>
internal static class OrderNumbers
{
    private const int PartitionRows = 1 << 18;
    private const int PartitionBitsMax = 12;
    private const int ChunkRows = 1 << 16;

    /// <summary>The numbers by row of the shard, which the caller owns.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="shard">The rows.</param>
    /// <param name="areKeys">Whether they are the keys.</param>
    /// <param name="cancellation">Looked at between pieces.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static NativeBuffer Of(
        IdColumn ids, RowShard shard, out bool areKeys, CancellationToken cancellation = default)
    {
        NativeBuffer numbers = KeysOf(ids, shard, out areKeys, cancellation);
        try
        {
            if (!areKeys)
            {
                Rank(ids, shard, numbers, new ParallelOptions { CancellationToken = cancellation });
            }

            return numbers;
        }
        catch
        {
            numbers.Dispose();
            throw;
        }
    }

    /// <summary>The keys by row of the shard, which the caller owns.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="shard">The rows.</param>
    /// <param name="areDifferent">Whether no two are the same.</param>
    /// <param name="cancellation">Looked at between pieces.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static NativeBuffer KeysOf(
        IdColumn ids, RowShard shard, out bool areDifferent, CancellationToken cancellation = default)
    {
        var keys = new NativeBuffer(shard.Rows * sizeof(long));
        try
        {
            var options = new ParallelOptions { CancellationToken = cancellation };
            Parallel.For(0L, (shard.Rows + ChunkRows - 1) / ChunkRows, options, chunk =>
            {
                Span<long> part = Chunk<long>(keys, chunk, shard.Rows);
                for (int i = 0; i < part.Length; i++)
                {
                    part[i] = ids.Key(shard.FirstRow + (uint)((chunk * ChunkRows) + i));
                }
            });
            areDifferent = AreDifferent(keys.Slice<long>(), options);
            return keys;
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }

    private static bool AreDifferent(NativeSlice<long> keys, ParallelOptions options)
    {
        using var sorted = new NativeBuffer(keys.Bytes);
        long[] starts = Partition(keys, sorted, row => keys[row]);
        int repeated = 0;
        Parallel.For(0, starts.Length - 1, options, (partition, state) =>
        {
            Span<long> part = Part<long>(sorted, starts, partition);
            part.Sort();
            for (int i = 1; i < part.Length; i++)
            {
                if (part[i] == part[i - 1])
                {
                    Volatile.Write(ref repeated, 1);
                    state.Stop();
                    return;
                }
            }
        });
        return repeated == 0;
    }

    private static void Rank(IdColumn ids, RowShard shard, NativeBuffer numbers, ParallelOptions options)
    {
        using var rows = new NativeBuffer(shard.Rows * sizeof(uint));
        long[] starts = Partition(numbers.Slice<long>(), rows, row => shard.FirstRow + (uint)row);
        Parallel.For(0, starts.Length - 1, options, partition =>
        {
            Span<uint> part = Part<uint>(rows, starts, partition);
            part.Sort(ids.Compare);
            for (int i = 0; i < part.Length; i++)
            {
                numbers.Span<long>(part[i] - shard.FirstRow, 1)[0] = starts[partition] + i;
            }
        });
    }

    /// <summary>
    /// Writes a value of each row, those of lower keys first: parts that can be sorted one by one, however many rows
    /// there are.
    /// </summary>
    /// <returns>[partition] where it starts, and the end of the last.</returns>
    private static long[] Partition<T>(NativeSlice<long> keys, NativeBuffer to, Func<long, T> valueOf)
        where T : unmanaged
    {
        int bits = Math.Min(BitOperations.Log2((ulong)(keys.Length / PartitionRows) | 1), PartitionBitsMax);
        var starts = new long[(1 << bits) + 1];
        for (long row = 0; row < keys.Length; row++)
        {
            starts[PartitionOf(keys[row], bits) + 1]++;
        }

        for (int partition = 1; partition < starts.Length; partition++)
        {
            starts[partition] += starts[partition - 1];
        }

        long[] next = [.. starts];
        for (long row = 0; row < keys.Length; row++)
        {
            to.Span<T>(next[PartitionOf(keys[row], bits)]++, 1)[0] = valueOf(row);
        }

        return starts;
    }

    /// <summary>The high bits of a key, the sign bit turned so that negative keys come first.</summary>
    private static int PartitionOf(long key, int bits)
        => bits == 0 ? 0 : (int)((ulong)(key ^ long.MinValue) >> (64 - bits));

    private static Span<T> Part<T>(NativeBuffer buffer, long[] starts, int partition)
        where T : unmanaged
        => buffer.Span<T>(starts[partition], checked((int)(starts[partition + 1] - starts[partition])));

    private static Span<T> Chunk<T>(NativeBuffer buffer, long chunk, long rows)
        where T : unmanaged
        => buffer.Span<T>(chunk * ChunkRows, (int)Math.Min(ChunkRows, rows - (chunk * ChunkRows)));
}

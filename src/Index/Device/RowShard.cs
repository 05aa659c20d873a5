using System.Collections.Immutable;

namespace Linr.Index.Device;

/// <summary>A shard of a table's rows: whole blocks, since lists of rows in filters are kept by block.</summary>
/// <param name="FirstBlock">The first block.</param>
/// <param name="BlockCount">How many blocks.</param>
/// <param name="Rows">How many rows they have.</param>
public readonly record struct RowShard(int FirstBlock, int BlockCount, long Rows)
{
    /// <summary>The table's row that is row 0 of the shard.</summary>
    public uint FirstRow => (uint)((long)FirstBlock * Limits.BlockRows);

    /// <summary>All rows of a table.</summary>
    public static RowShard All(ItemTable items)
    {
        ArgumentNullException.ThrowIfNull(items);
        return new RowShard(0, items.BlockCount, items.Rows);
    }

    /// <summary>
    /// Shards of about the same size, in order; fewer than asked for when there are fewer blocks, but always one.
    /// </summary>
    public static ImmutableArray<RowShard> Split(ItemTable items, int shardCount)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentOutOfRangeException.ThrowIfLessThan(shardCount, 1);
        int count = Math.Clamp(items.BlockCount, 1, shardCount);
        var shards = ImmutableArray.CreateBuilder<RowShard>(count);
        for (int shard = 0; shard < count; shard++)
        {
            int first = (int)((long)items.BlockCount * shard / count);
            int end = (int)((long)items.BlockCount * (shard + 1) / count);
            long endRow = Math.Min(items.Rows, (long)end * Limits.BlockRows);
            shards.Add(new RowShard(first, end - first, endRow - ((long)first * Limits.BlockRows)));
        }

        return shards.MoveToImmutable();
    }
}

namespace Linr.Kernels;

/// <summary>How a scan's kernel divides its work.</summary>
/// <param name="GroupQueries">Queries of four warps.</param>
/// <param name="TileRows">Rows of a tile.</param>
/// <param name="Stages">Stages of the ring.</param>
internal readonly record struct ScanVariant(int GroupQueries, int TileRows, int Stages)
{
    private const int RowTileRows = 16 * FusedScan.RowWarps;

    /// <summary>The variant whose groups take so many queries: 8, 16, 32 or 64.</summary>
    public static ScanVariant Of(int groupQueries) => groupQueries switch
    {
        <= 16 => new(groupQueries, RowTileRows, FusedScan.Stages1),
        32 => new(groupQueries, 2 * RowTileRows, FusedScan.Stages2),
        _ => new(groupQueries, 2 * RowTileRows, FusedScan.Stages3),
    };

    /// <summary>Threads of a block: four warps, or twice as many where there are more queries than they take.</summary>
    public int Threads(int queryCount) => 32 * FusedScan.RowWarps * (queryCount > GroupQueries ? 2 : 1);

    /// <summary>Shared memory of a block, in bytes.</summary>
    /// <param name="queryCount">Q.</param>
    /// <param name="bytesPerQuery">Bytes of a packed query, and of what else there is of one.</param>
    public int SharedBytes(int queryCount, int bytesPerQuery)
    {
        int padded = (queryCount + GroupQueries - 1) / GroupQueries * GroupQueries;
        return (Stages * TileRows * FusedScan.StageBytesPerRow)
            + (padded * (bytesPerQuery + (2 * sizeof(float))))
            + (Threads(queryCount) / 32 * FusedScan.QueueLength * (sizeof(ulong) + sizeof(uint)));
    }
}

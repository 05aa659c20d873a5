using System.Numerics;

namespace Linr.Kernels;

/// <summary>
/// The scan of a device: in one pass over all rows, or over listed ones, it finds for each query of a batch the rows
/// whose canonical score may be among the best k, and no score matrix exists. Each survivor comes with a lower bound
/// of its canonical score; rows that the cut left out cannot be among the best k, whatever the order of the data.
/// After the fused scan of <em>LiNR: Model Based Neural Retrieval on GPUs at LinkedIn</em> (CIKM 2024), V1 and V2.
/// </summary>
public static class FusedScan
{
    /// <summary>Queries of a launch.</summary>
    public const int QueriesMax = 256;

    /// <summary>Bytes of a row in one stage; a packed query is padded to a multiple of it.</summary>
    public const int StageBytesPerRow = 256;

    /// <summary>A row in device memory is padded to a multiple of so many bytes.</summary>
    public const int RowAlignment = 16;

    /// <summary>
    /// Device memory has room for a multiple of so many rows; what stands in those that are not in use does not matter.
    /// </summary>
    public const int RoomRows = WarpgroupScan.TileRows;

    /// <summary>Words of a mask in device memory, whose rows are a multiple of <see cref="RoomRows"/>.</summary>
    /// <param name="rowCount">Rows in use.</param>
    public static long MaskWords(long rowCount) => RoomFor(rowCount) / 64;

    /// <summary>Rows that device memory has room for: a multiple of <see cref="RoomRows"/>.</summary>
    /// <param name="rowCount">Rows in use.</param>
    public static long RoomFor(long rowCount) => (rowCount + RoomRows - 1) / RoomRows * RoomRows;

    /// <summary>Score levels a query, by whose counts the cut rises.</summary>
    public const int LevelCount = 512;

    /// <summary>
    /// Numbers of a query's levels: of survivors, then of tiles that have one; then the count of all survivors, and that
    /// of the tiles which a launch has begun, of its first query, each on a line of its own.
    /// </summary>
    public const int LevelStride = ProgressPlace + Line;

    /// <summary>Where the count of all survivors stands.</summary>
    internal const int SurvivorsPlace = 2 * LevelCount;

    /// <summary>Where the count of the tiles stands.</summary>
    internal const int ProgressPlace = SurvivorsPlace + Line;

    private const int Line = 32;

    /// <summary>Score levels of a query with a cap on groups, by whose counts of slots its cut rises.</summary>
    internal const int GroupLevelCount = 64;

    private const int GroupSlotsMin = 16_384;
    private const int GroupSlotsPerHit = 4;

    /// <summary>The sample's scores above its cut take half of the levels.</summary>
    internal const int LevelBits = 8;

    /// <summary>Warps that share the rows of a tile.</summary>
    internal const int RowWarps = 4;

    /// <summary>Stages of a ring of 64-row tiles: three such blocks fit a multiprocessor.</summary>
    internal const int Stages1 = 4;

    /// <summary>
    /// Stages of a ring of 128-row tiles, for up to 32 queries: two such blocks fit a multiprocessor.
    /// </summary>
    internal const int Stages2 = 3;

    /// <summary>The same for 64 queries and more.</summary>
    internal const int Stages3 = 2;

    /// <summary>Survivors of a warp that wait to be written.</summary>
    internal const int QueueLength = 128;

    /// <summary>
    /// Two to this power consecutive tiles at least stay together in the scattered order, so that pages are read whole.
    /// </summary>
    internal const int UnitTileBits = 4;

    /// <summary>Units at most, so that their order is computed in 32 bits.</summary>
    internal const int UnitsMax = 65_535;

    /// <summary>The count of survivors of a query whose cut by estimate was too high.</summary>
    internal const uint CutTooHigh = uint.MaxValue;

    /// <summary>What makes the first cut by estimate sure, in sixteenths: exp(-14).</summary>
    internal const int SampleSurety = 14 * 16;

    /// <summary>Tiles of the usual sample for cuts by estimate.</summary>
    internal const int SampleTilesUsual = 512;

    /// <summary>
    /// How many tiles to draw for the first cuts by estimate; 0 where K is so large, or the table so small, that there
    /// is nothing to win by it.
    /// </summary>
    /// <param name="rowCount">Rows.</param>
    /// <param name="k">K.</param>
    /// <param name="usual">Tiles of the usual sample; with eight times as many a larger K is estimated.</param>
    internal static int SampleTiles(long rowCount, long k, int usual)
    {
        const int More = 8;
        const int ShareOfTilesMax = 4;
        double tiles = (double)rowCount / WarpgroupScan.TileRows;
        foreach ((int drawn, double shareMax) in (ReadOnlySpan<(int, double)>)[(usual, 0.8), (More * usual, 0.93)])
        {
            if (drawn * ShareOfTilesMax <= tiles
                && TilesNeeded(drawn * k / tiles, 1, SampleSurety / 16.0) < shareMax * drawn)
            {
                return drawn;
            }
        }

        return 0;
    }

    /// <summary>
    /// How many of the tiles drawn have to reach a score, so that K of all tiles most likely do: Estimate.cu says why.
    /// </summary>
    private static double TilesNeeded(double expected, double bunch, double surety)
    {
        double linear = surety * bunch / 3;
        return expected + linear + Math.Sqrt((linear * linear) + (2 * surety * bunch * expected)) + 1;
    }

    /// <summary>
    /// Slots a query that a cap on groups needs, a power of two: enough that k of them are filled before all are, and
    /// that few groups do not share any.
    /// </summary>
    /// <param name="k">K.</param>
    public static int GroupSlots(int k)
        => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(GroupSlotsMin, GroupSlotsPerHit * (long)k));
}

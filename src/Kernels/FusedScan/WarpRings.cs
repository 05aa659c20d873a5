using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>
/// How blocks are laid out whose warps have a ring of tiles each: what both scans of small rows, of codes and of whole
/// numbers, share.
/// </summary>
/// <param name="Blocks">Blocks of a multiprocessor.</param>
/// <param name="Stages">Tiles of a ring.</param>
/// <param name="SharedBytes">Shared memory of a block.</param>
internal readonly record struct WarpRings(int Blocks, int Stages, int SharedBytes)
{
    /// <summary>Threads of a block.</summary>
    public const int Threads = 256;

    /// <summary>What a warp may keep before it is written out.</summary>
    public const int QueueLength = 256;

    /// <summary>What a block knows besides.</summary>
    public const int FactsBytes = 64;

    /// <summary>Bytes of a tile, about.</summary>
    private const int TileBytes = 4096;

    private const int Warps = Threads / 32;
    private const int StagesMin = 2;
    private const int StagesMax = 16;
    private const int Alignment = 128;
    private const int ReservedBytes = 1024; // of every block, by the driver

    private static readonly Version s_capability = new(9, 0);

    /// <summary>Whether a device copies as such kernels do.</summary>
    public static bool Serves(CudaDevice device) => device.ComputeCapability >= s_capability;

    /// <summary>Rows of a tile: a multiple of those that are multiplied at a time.</summary>
    public static int TileRows(int rowBytes, int partRows)
        => Math.Max(partRows, TileBytes / rowBytes / partRows * partRows);

    /// <summary>The layout, or null where queries take too much room.</summary>
    /// <param name="device">Where.</param>
    /// <param name="queryBytes">Bytes of all queries.</param>
    /// <param name="tileBytes">Bytes of a tile.</param>
    public static WarpRings? Of(CudaDevice device, int queryBytes, int tileBytes)
    {
        int fixedBytes = FactsBytes + queryBytes + Alignment
            + (Warps * ((QueueLength * sizeof(ulong)) + (32 * (sizeof(ulong) + sizeof(uint)))));
        int stageBytes = Warps * (tileBytes + sizeof(ulong));
        int whole = device.SharedBytesPerBlockMax;
        int stages = (((whole + ReservedBytes) / 2) - ReservedBytes - fixedBytes) / stageBytes;
        int blocks = 2;
        if (stages < StagesMin)
        {
            stages = (whole - fixedBytes) / stageBytes;
            blocks = 1;
        }

        stages = Math.Min(stages, StagesMax);
        return stages < 1 ? null : new WarpRings(blocks, stages, fixedBytes + (stages * stageBytes));
    }

    /// <summary>What to launch.</summary>
    public LaunchShape Shape(CudaDevice device)
        => new((uint)(Blocks * device.Multiprocessors), Threads, (uint)SharedBytes);
}

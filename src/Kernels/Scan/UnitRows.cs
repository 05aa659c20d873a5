namespace Linr.Kernels.Scan;

/// <summary>Consecutive rows of one block.</summary>
/// <param name="Block">The block.</param>
/// <param name="First">The first row within the block, a multiple of 64.</param>
/// <param name="Count">How many rows.</param>
internal readonly record struct UnitRows(int Block, int First, int Count)
{
    /// <summary>The first row of the table.</summary>
    public uint FirstRow => ((uint)Block * ScanSegment.BlockRows) + (uint)First;
}

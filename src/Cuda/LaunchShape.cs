using System.Globalization;

namespace Linr.Cuda;

/// <summary>How a kernel is launched.</summary>
/// <param name="Grid">Blocks.</param>
/// <param name="Block">Threads of a block.</param>
/// <param name="SharedBytes">Dynamic shared memory of a block, in bytes.</param>
public readonly record struct LaunchShape(Dim3 Grid, Dim3 Block, uint SharedBytes = 0)
{
    /// <summary>Whether all blocks are on the device at once, so that they may wait for each other.</summary>
    public bool IsCooperative { get; init; }

    /// <summary>
    /// Whether its blocks may start before the kernel ahead of it in the stream has ended; it must then wait for that
    /// one's results itself (<c>griddepcontrol.wait</c>). Compute capability 9.0 and newer.
    /// </summary>
    public bool IsOverlapping { get; init; }

    /// <summary>As errors show it.</summary>
    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"grid {Grid}, block {Block}, {SharedBytes:N0} shared bytes");
}

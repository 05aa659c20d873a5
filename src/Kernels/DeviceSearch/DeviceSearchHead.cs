using System.Runtime.InteropServices;

namespace Linr.Kernels;

/// <summary>What the small steps of a search read of a batch.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DeviceSearchHead
{
    /// <summary>Where <see cref="K"/> stands, in words of 32 bits.</summary>
    public const int KPlace = 2;

    public uint QueryCount;
    public uint PlanCount;
    public uint K;
    public uint SampleRows;
    public uint SampleUsual;
    public uint RowCount;
    public uint ListRowsMax;
    public uint ListsAll;
    public uint FirstRow;
    public uint EndRow;
    public uint DirectMax;
}

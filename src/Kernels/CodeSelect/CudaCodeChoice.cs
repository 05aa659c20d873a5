using System.Runtime.InteropServices;
using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>What <see cref="CodeSelectCuda"/> keeps for one query: arrays in device memory, which the caller owns.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct CudaCodeChoice
{
    private ulong _query;
    private ulong _mask;
    private ulong _kept;
    private ulong _passed;
    private ulong _count;
    private ulong _levels;
    private ulong _order;
    private long _orderMin;
    private ulong _orderSpan;
    private double _share;
    private ulong _wanted;
    private ulong _least;
    private ulong _isUsed;

    /// <summary>The query as <see cref="PackedQueries"/> packs those for codes.</summary>
    public DeviceSlice<byte> Query { set => _query = value.Address; }

    /// <summary>A bit a row that passes, of <see cref="FusedScan.MaskWords"/> words; empty: all rows do.</summary>
    public DeviceSlice<ulong> Mask { set => _mask = value.IsEmpty ? 0 : value.Address; }

    /// <summary>Takes a bit a row that is kept; as long as the mask.</summary>
    public DeviceSlice<ulong> Kept { set => _kept = value.Address; }

    /// <summary>How many rows the mask passes, one number; empty: all.</summary>
    public DeviceSlice<ulong> Passed { set => _passed = value.IsEmpty ? 0 : value.Address; }

    /// <summary>Takes how many rows are kept.</summary>
    public DeviceSlice<ulong> Count { set => _count = value.Address; }

    /// <summary>
    /// Where it is not empty, [bits + 1] takes how many rows are kept of which so many bits agree with the query's; only
    /// for a query that is a code too.
    /// </summary>
    public DeviceSlice<ulong> Levels { set => _levels = value.IsEmpty ? 0 : value.Address; }

    /// <summary>The share of the rows that pass to keep, rounded up; read where <see cref="Wanted"/> is 0.</summary>
    public double Share { set => _share = value; }

    /// <summary>Rows to keep; 0: a share.</summary>
    public long Wanted { set => _wanted = (ulong)value; }

    /// <summary>Rows to keep at least.</summary>
    public long Least { set => _least = (ulong)value; }

    /// <summary>Whether anything is to be done.</summary>
    public bool IsUsed { set => _isUsed = value ? 1UL : 0; }

    /// <summary>How rows of equal score are ordered.</summary>
    public CudaRowOrder Order
    {
        set => (_order, _orderMin, _orderSpan) = (
            value.Numbers.IsEmpty ? 0 : value.Numbers.Address, value.Least, (ulong)(value.Largest - value.Least));
    }
}

using System.Runtime.InteropServices;
using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>A weighted sum of embeddings as the scan reads it, in device memory.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct CudaScanSum
{
    private readonly ulong _terms;
    private readonly ulong _rowCount;
    private readonly uint _termCount;
    private readonly uint _chunks;

    /// <summary>A sum.</summary>
    /// <param name="terms">Its terms, 1 or more; their pieces follow one another.</param>
    /// <param name="rowCount">One number: rows in use of every embedding.</param>
    /// <param name="queryBytes">Bytes of a packed query, of all terms together.</param>
    /// <exception cref="ArgumentException">There are no terms, or not one number.</exception>
    public CudaScanSum(DeviceSlice<CudaScanTerm> terms, DeviceSlice<uint> rowCount, int queryBytes)
    {
        if (terms.IsEmpty || rowCount.Length != 1 || queryBytes % FusedScan.StageBytesPerRow != 0)
        {
            throw new ArgumentException(
                $"Expected terms, one number of rows and a multiple of {FusedScan.StageBytesPerRow} bytes; found "
                + $"{terms.Length}, {rowCount.Length} and {queryBytes}.");
        }

        (_terms, _rowCount) = (terms.Address, rowCount.Address);
        (_termCount, _chunks) = ((uint)terms.Length, (uint)(queryBytes / FusedScan.StageBytesPerRow));
    }
}

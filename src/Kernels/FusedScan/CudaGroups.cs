using System.Runtime.InteropServices;
using Linr.Cuda;
using Linr.Kernels.Filter;

namespace Linr.Kernels;

/// <summary>
/// A cap on groups as kernels read it: at most so many hits whose rows have the same code, the best ones. Code 0, a
/// missing value, is a group as any other. The default caps nothing.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct CudaGroups
{
    private readonly ulong _codes;
    private readonly uint _bytes;
    private readonly uint _cap;

    /// <summary>A cap.</summary>
    /// <param name="codes">[row][codeBytes].</param>
    /// <param name="codeBytes">1, 2 or 4.</param>
    /// <param name="cap">Hits of a group, 1 or more.</param>
    /// <exception cref="ArgumentException">There are no such codes.</exception>
    public CudaGroups(DeviceSlice<byte> codes, int codeBytes, int cap)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(cap);
        if (codes.IsEmpty || codeBytes is not (1 or 2 or 4) || codes.Address % (ulong)codeBytes != 0)
        {
            throw new ArgumentException(
                $"Expected aligned codes of 1, 2 or 4 bytes, found {codeBytes} bytes at 0x{codes.Address:x}.");
        }

        (_codes, _bytes, _cap) = (codes.Address, (uint)codeBytes, (uint)cap);
    }

    /// <summary>Groups by a column.</summary>
    /// <param name="column">One code a row.</param>
    /// <param name="cap">Hits of a group, 1 or more.</param>
    /// <exception cref="ArgumentException">The column has no codes, or several a row.</exception>
    public CudaGroups(in CudaFilterColumn column, int cap)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(cap);
        _codes = column.SingleCodes(out int codeBytes);
        (_bytes, _cap) = ((uint)codeBytes, (uint)cap);
    }

    /// <summary>Whether nothing is capped.</summary>
    public bool IsNone => _codes == 0;
}

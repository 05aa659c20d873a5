using System.Runtime.InteropServices;
using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>A piece of memory that is to be copied to another place, as the kernel reads it.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct CudaPatch
{
    private readonly ulong _to;
    private readonly ulong _from;
    private readonly ulong _bytes;

    /// <summary>A piece.</summary>
    /// <param name="from">What is copied, in device memory or in pinned memory that is mapped.</param>
    /// <param name="to">Where to, as long; the two do not overlap.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public CudaPatch(DeviceSlice<byte> from, DeviceSlice<byte> to)
    {
        if (from.Length != to.Length)
        {
            throw new ArgumentException($"Expected two pieces of one length; found {from.Length} and {to.Length} bytes.");
        }

        (_from, _to, _bytes) = (from.Address, to.Address, (ulong)to.Length);
    }
}

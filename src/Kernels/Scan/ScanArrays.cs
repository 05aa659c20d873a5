using System.Numerics;
using Linr.Memory;

namespace Linr.Kernels.Scan;

/// <summary>Arrays and buffers that only grow, so that a warm scan allocates nothing.</summary>
internal static class ScanArrays
{
    /// <summary>Makes room for <paramref name="length"/> elements; keeps those that are there.</summary>
    public static void Grow<T>(ref T[] array, int length)
    {
        if (array.Length < length)
        {
            Array.Resize(ref array, (int)BitOperations.RoundUpToPowerOf2((uint)length));
        }
    }

    /// <summary>Makes room for <paramref name="bytes"/> bytes; what was there is lost when it grows.</summary>
    public static nint Grow(ref NativeBuffer? buffer, long bytes)
    {
        if (buffer is null || buffer.Bytes < bytes)
        {
            buffer?.Dispose();
            buffer = null;
            buffer = new NativeBuffer(bytes);
        }

        return buffer.Address;
    }
}

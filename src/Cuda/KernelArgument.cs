using System.Runtime.InteropServices;

namespace Linr.Cuda;

/// <summary>
/// One argument of a kernel, of 4 or 8 bytes. Numbers and device memory turn into one by themselves, without boxing.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct KernelArgument
{
    // First in the struct, because the driver is given its address and reads as many bytes as the parameter has.
    private readonly ulong _bits;

    internal KernelArgument(ulong bits, int bytes = sizeof(ulong))
    {
        _bits = bits;
        Bytes = bytes;
    }

    /// <summary>How many bytes the kernel's parameter has to have.</summary>
    internal int Bytes { get; }

    /// <summary>A 32-bit number.</summary>
    public static implicit operator KernelArgument(uint value) => new(value, sizeof(uint));

    /// <summary>A signed 32-bit number.</summary>
    public static implicit operator KernelArgument(int value) => new((uint)value, sizeof(int));

    /// <summary>A 64-bit number.</summary>
    public static implicit operator KernelArgument(ulong value) => new(value);

    /// <summary>A signed 64-bit number.</summary>
    public static implicit operator KernelArgument(long value) => new((ulong)value);

    /// <summary>A 32-bit floating-point number.</summary>
    public static implicit operator KernelArgument(float value)
        => new(BitConverter.SingleToUInt32Bits(value), sizeof(float));

    /// <summary>A 64-bit floating-point number.</summary>
    public static implicit operator KernelArgument(double value) => new(BitConverter.DoubleToUInt64Bits(value));
}

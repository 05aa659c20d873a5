namespace Linr.Cuda;

/// <summary>
/// One argument of a kernel, of at most 8 bytes. Numbers and device memory turn into one by themselves, without
/// boxing; the C# type must be as wide as the kernel's parameter.
/// </summary>
public readonly struct KernelArgument
{
    // The driver reads as many of these bytes as the parameter has, from the lowest on.
    private readonly ulong _bits;

    internal KernelArgument(ulong bits) => _bits = bits;

    /// <summary>A 32-bit number.</summary>
    public static implicit operator KernelArgument(uint value) => new(value);

    /// <summary>A signed 32-bit number.</summary>
    public static implicit operator KernelArgument(int value) => new((uint)value);

    /// <summary>A 64-bit number.</summary>
    public static implicit operator KernelArgument(ulong value) => new(value);

    /// <summary>A signed 64-bit number.</summary>
    public static implicit operator KernelArgument(long value) => new((ulong)value);

    /// <summary>A 32-bit floating-point number.</summary>
    public static implicit operator KernelArgument(float value) => new(BitConverter.SingleToUInt32Bits(value));

    /// <summary>A 64-bit floating-point number.</summary>
    public static implicit operator KernelArgument(double value) => new(BitConverter.DoubleToUInt64Bits(value));
}

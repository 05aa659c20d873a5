namespace Linr.Kernels;

/// <summary>
/// Bfloats: floats cut to their upper 16 bits, so with their range and 8 bits of precision. .NET 10 has no type for
/// them; they are kept as <see cref="ushort"/>.
/// </summary>
public static class BFloats
{
    private const int Shift = 16;

    /// <summary>The nearest bfloat, to even where two are as near; a finite float may become infinite.</summary>
    public static ushort Round(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7FFF + ((bits >> Shift) & 1)) >> Shift);
    }

    /// <summary>The float of the same value.</summary>
    public static float Widen(ushort value) => BitConverter.UInt32BitsToSingle((uint)value << Shift);

    /// <summary>Rounds values.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static void Round(ReadOnlySpan<float> values, Span<ushort> destination)
    {
        Span<ushort> rounded = destination[..values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            rounded[i] = Round(values[i]);
        }
    }

    /// <summary>Widens values.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static void Widen(ReadOnlySpan<ushort> values, Span<float> destination)
    {
        Span<float> wide = destination[..values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            wide[i] = Widen(values[i]);
        }
    }
}

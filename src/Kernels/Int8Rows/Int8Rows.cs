using System.Numerics.Tensors;

namespace Linr.Kernels;

/// <summary>
/// Rows of whole numbers within 127 and a scale each, a half: component d stands for scale * value[d]. Such a product
/// has at most 19 bits, so that floats hold it, and what a row stands for is a row of floats as any other.
/// </summary>
public static unsafe partial class Int8Rows
{
    /// <summary>The largest value.</summary>
    public const int ValueMax = 127;

    /// <summary>The largest component that a row can have.</summary>
    public const float ComponentMax = ValueMax * 65_504f;

    /// <summary>
    /// Rounds a row: the scale is the least half of which 127 reach the largest component, a value the nearest multiple
    /// (to even where two are as near). So a component is off by half the scale at most.
    /// </summary>
    /// <param name="row">[D] finite, within <see cref="ComponentMax"/>.</param>
    /// <param name="values">[D]</param>
    /// <returns>The scale; 0 for a row of zeros.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A component is too large, or no number.</exception>
    public static Half Round(ReadOnlySpan<float> row, Span<sbyte> values)
    {
        CheckLength(row.Length, values);
        float largest = CheckedLargest(row);
        if (largest == 0)
        {
            values.Clear();
            return (Half)0;
        }

        Half scale = (Half)(largest / ValueMax);
        if ((float)scale * ValueMax < largest)
        {
            scale = Half.BitIncrement(scale);
        }

        RoundMultiples(row, 1.0 / (double)scale, values);
        return scale;
    }

    /// <summary>
    /// Rounds a row's direction: values are as large as can be, and the scale is such that the row it stands for has a
    /// norm within 2^-10 of 1, or is zero.
    /// </summary>
    /// <param name="row">[D] finite, within <see cref="ComponentMax"/>.</param>
    /// <param name="values">[D]</param>
    /// <returns>The scale; 0 for a row of zeros.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A component is too large, or no number.</exception>
    public static Half RoundDirection(ReadOnlySpan<float> row, Span<sbyte> values)
    {
        CheckLength(row.Length, values);
        float largest = CheckedLargest(row);
        if (largest == 0)
        {
            values.Clear();
            return (Half)0;
        }

        RoundMultiples(row, ValueMax / (double)largest, values);
        return (Half)(1 / Math.Sqrt(SquaredNorm(values)));
    }

    /// <summary>The row of floats that a row stands for.</summary>
    /// <param name="values">[D]</param>
    /// <param name="scale">Its scale.</param>
    /// <param name="row">[D] at least.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static void Widen(ReadOnlySpan<sbyte> values, Half scale, Span<float> row)
    {
        fixed (sbyte* source = values)
        fixed (float* target = row[..values.Length])
        {
            Widen(source, (float)scale, values.Length, target);
        }
    }

    private static long SquaredNorm(ReadOnlySpan<sbyte> values)
    {
        long sum = 0;
        foreach (sbyte value in values)
        {
            sum += value * value;
        }

        return sum;
    }

    private static void RoundMultiples(ReadOnlySpan<float> row, double factor, Span<sbyte> values)
    {
        for (int d = 0; d < row.Length; d++)
        {
            values[d] = (sbyte)Math.Clamp(Math.Round(row[d] * factor), -ValueMax, ValueMax);
        }
    }

    private static float CheckedLargest(ReadOnlySpan<float> row)
    {
        float largest = row.IsEmpty ? 0 : TensorPrimitives.MaxMagnitude(row);
        if (!(MathF.Abs(largest) <= ComponentMax))
        {
            throw new ArgumentOutOfRangeException(
                nameof(row), largest, $"Expected components within {ComponentMax} (8-bit rows).");
        }

        return MathF.Abs(largest);
    }

    private static void CheckLength(int expected, ReadOnlySpan<sbyte> values)
    {
        if (values.Length != expected)
        {
            throw new ArgumentException($"Expected {expected} values, found {values.Length}.", nameof(values));
        }
    }
}

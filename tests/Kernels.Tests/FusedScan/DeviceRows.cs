using System.Runtime.InteropServices;
using Linr.Kernels.Scan;

namespace Linr.Kernels.Tests;

/// <summary>Rows as a device has them.</summary>
internal static class DeviceRows
{
    /// <summary>Writes a row, and what it is there; its scale, where it has one.</summary>
    public static Half Write(
        ReadOnlySpan<float> values, CudaElement element, ScanMetric metric, Span<byte> row, Span<float> written)
    {
        if (element != CudaElement.Int8)
        {
            PackedQueries.Write(values, element, row, written);
            return Half.Zero;
        }

        row[values.Length..].Clear();
        Span<sbyte> numbers = MemoryMarshal.Cast<byte, sbyte>(row)[..values.Length];
        Half scale = metric == ScanMetric.Cosine
            ? Int8Rows.RoundDirection(values, numbers) : Int8Rows.Round(values, numbers);
        Int8Rows.Widen(numbers, scale, written);
        return scale;
    }
}

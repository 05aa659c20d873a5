using System.Runtime.InteropServices;
using Linr.Kernels.Scan;

namespace Linr.Kernels;

/// <summary>
/// Queries as the scan of a device reads them, and how far its float scores may be from the canonical ones.
/// </summary>
/// <param name="Bytes">[query][<paramref name="QueryBytes"/>]: the rows' element, scaled, zero past D.</param>
/// <param name="QueryBytes">A multiple of <see cref="FusedScan.StageBytesPerRow"/>.</param>
/// <param name="Factors">[query]: a power of two that takes the scale back.</param>
/// <param name="Offsets">[query]: added to a score.</param>
/// <param name="Errors">[query]: no row's score is further off.</param>
public sealed record PackedQueries(byte[] Bytes, int QueryBytes, float[] Factors, float[] Offsets, float[] Errors)
{
    private const double SumRoundoff = 1.0 / (1 << 21);

    /// <summary>Packs queries.</summary>
    /// <param name="queries">[query][D].</param>
    /// <param name="dim">D.</param>
    /// <param name="element">What the rows are made of.</param>
    /// <param name="metric">How a query and a row give a score.</param>
    /// <param name="normMax">No row's norm is larger.</param>
    public static PackedQueries Pack(
        ReadOnlySpan<float> queries, int dim, CudaElement element, ScanMetric metric, float normMax)
    {
        int queryBytes = ((dim * element.Bytes()) + FusedScan.StageBytesPerRow - 1) / FusedScan.StageBytesPerRow
            * FusedScan.StageBytesPerRow;
        int count = queries.Length / dim;
        PackedQueries packed = new(
            new byte[(long)count * queryBytes], queryBytes, new float[count], new float[count], new float[count]);
        float[] scaled = new float[dim];
        for (int q = 0; q < count; q++)
        {
            ReadOnlySpan<float> query = queries.Slice(q * dim, dim);
            double norm = Math.Sqrt(CanonicalScore.Dot(query, query));
            double factor = metric switch { ScanMetric.Cosine => 1 / norm, ScanMetric.Euclidean => 2, _ => 1 };
            double length = norm * factor;
            int exponent = length is > 0 and < double.PositiveInfinity ? -Math.ILogB(length) : 0;
            for (int d = 0; d < dim; d++)
            {
                scaled[d] = norm == 0 ? 0 : (float)Math.ScaleB(query[d] * factor, exponent);
            }

            Write(scaled, element, packed.Bytes.AsSpan(q * queryBytes, queryBytes), default);
            packed.Factors[q] = (float)Math.ScaleB(1, -exponent);
            packed.Offsets[q] = metric == ScanMetric.Euclidean ? (float)-(norm * norm) : 0;
            packed.Errors[q] = (float)Error(dim, element, metric, norm, normMax);
        }

        return packed;
    }

    /// <summary>
    /// No float score of the device is further from the canonical one. The query is rounded to the rows' element (by u
    /// of its norm, and by what is below the smallest half), floats of rows are cut to tf32, tensor cores add D
    /// products with less than 2^-21 of their sizes' sum lost in each, and terms, scales and offsets are rounded.
    /// </summary>
    public static double Error(int dim, CudaElement element, ScanMetric metric, double norm, double normMax)
    {
        double rounded = element switch
        {
            CudaElement.Float16 => 1.0 / (1 << 11),
            CudaElement.BFloat16 => 1.0 / (1 << 8),
            _ => 2.0 / (1 << 10),
        };
        double relative = (1.02 * rounded) + ((dim + 64) * SumRoundoff) + (Math.Sqrt(dim) / (1 << 24));
        return 1e-30 + metric switch
        {
            ScanMetric.Dot => relative * norm * normMax,
            ScanMetric.Cosine => relative,
            _ => (2 * relative * norm * normMax) + (16 * SumRoundoff * ((norm * norm) + (normMax * normMax))),
        };
    }

    /// <summary>Writes floats as a row of the device, and what they are there.</summary>
    internal static void Write(ReadOnlySpan<float> values, CudaElement element, Span<byte> row, Span<float> written)
    {
        row.Clear();
        for (int d = 0; d < values.Length; d++)
        {
            float value = values[d];
            if (element == CudaElement.Float32)
            {
                MemoryMarshal.Cast<byte, float>(row)[d] = value;
            }
            else if (element == CudaElement.Float16)
            {
                Half half = (Half)value;
                MemoryMarshal.Cast<byte, Half>(row)[d] = half;
                value = (float)half;
            }
            else
            {
                uint bits = BitConverter.SingleToUInt32Bits(value);
                ushort upper = (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
                MemoryMarshal.Cast<byte, ushort>(row)[d] = upper;
                value = BitConverter.UInt32BitsToSingle((uint)upper << 16);
            }

            if (!written.IsEmpty)
            {
                written[d] = value;
            }
        }
    }
}

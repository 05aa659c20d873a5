using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Linr.Kernels.Scan;

namespace Linr.Kernels;

/// <summary>
/// Queries as the scan of a device reads them, and how far its float scores may be from the canonical ones: arrays that
/// the caller owns, for any number of queries.
/// </summary>
public readonly ref struct PackedQueries
{
    private const double SumRoundoff = 1.0 / (1 << 21);
    private const int PieceLength = 64;

    /// <summary>[query][<see cref="BytesPerQuery"/>]: the rows' element, scaled, zero past D.</summary>
    public required Span<byte> Bytes { get; init; }

    /// <summary>[query]: takes the scale back.</summary>
    public required Span<float> Factors { get; init; }

    /// <summary>[query]: added to a score.</summary>
    public required Span<float> Offsets { get; init; }

    /// <summary>[query]: no row's score is further off; not finite where scores do not fit floats.</summary>
    public required Span<float> Errors { get; init; }

    /// <summary>Bytes of a packed query, a multiple of <see cref="FusedScan.StageBytesPerRow"/>.</summary>
    /// <param name="dim">D.</param>
    /// <param name="element">What the rows are made of.</param>
    public static int BytesPerQuery(int dim, CudaElement element)
        => ((element == CudaElement.SignCode ? CodeScores.HeadBytes + dim : element.Bytes(dim))
            + FusedScan.StageBytesPerRow - 1) / FusedScan.StageBytesPerRow * FusedScan.StageBytesPerRow;

    /// <summary>Packs queries into the arrays; allocates nothing.</summary>
    /// <param name="queries">[query][D].</param>
    /// <param name="dim">D.</param>
    /// <param name="element">What the rows are made of.</param>
    /// <param name="metric">How a query and a row give a score.</param>
    /// <param name="normMax">No row's norm is larger.</param>
    /// <param name="hasNorms">Whether the scan reads the norms of cosine rows; else they were normalised.</param>
    public void Pack(
        ReadOnlySpan<float> queries,
        int dim,
        CudaElement element,
        ScanMetric metric,
        float normMax,
        bool hasNorms = true)
    {
        int queryBytes = BytesPerQuery(dim, element);
        if (element == CudaElement.SignCode)
        {
            int count = queries.Length / dim;
            Factors[..count].Fill(1);
            Offsets[..count].Clear();
            Errors[..count].Clear();
            PackCodes(queries, dim, queryBytes, Bytes);
            return;
        }

        for (int q = 0; q < queries.Length / dim; q++)
        {
            ReadOnlySpan<float> query = queries.Slice(q * dim, dim);
            double norm = Math.Sqrt(CanonicalScore.Dot(query, query));
            Factors[q] = Write(
                query, 1, norm, element, metric, Bytes.Slice(q * queryBytes, queryBytes), out double lost);
            Offsets[q] = metric == ScanMetric.Euclidean ? (float)-(norm * norm) : 0;
            Errors[q] = (float)(Error(dim, element, metric, norm, normMax, hasNorms)
                + LostError(lost, metric, normMax));
        }
    }

    /// <summary>Packs queries for codes alone; their scores are exact.</summary>
    /// <param name="queries">[query][bits]: whole numbers.</param>
    /// <param name="bits">Bits of a code.</param>
    /// <param name="queryBytes"><see cref="BytesPerQuery"/>.</param>
    /// <param name="packed">[query][queryBytes] takes them.</param>
    public static void PackCodes(ReadOnlySpan<float> queries, int bits, int queryBytes, Span<byte> packed)
    {
        int planes = CodeScores.PlanesOf(queries);
        for (int q = 0; q < queries.Length / bits; q++)
        {
            CodeScores.Pack(queries.Slice(q * bits, bits), planes, packed.Slice(q * queryBytes, queryBytes));
        }
    }

    /// <summary>
    /// Writes a query with all that multiplies its products folded in, but for a power of two, or a step that whole
    /// numbers are multiples of.
    /// </summary>
    /// <param name="query">[D]</param>
    /// <param name="weight">Its weight.</param>
    /// <param name="norm">Its norm.</param>
    /// <param name="element">What the rows are made of.</param>
    /// <param name="metric">How a query and a row give a score.</param>
    /// <param name="packed">Takes it.</param>
    /// <param name="lost">The norm of what was rounded away, unless <see cref="Error"/> has it.</param>
    /// <returns>The power, or the step.</returns>
    internal static float Write(
        ReadOnlySpan<float> query,
        double weight,
        double norm,
        CudaElement element,
        ScanMetric metric,
        Span<byte> packed,
        out double lost)
    {
        lost = 0;
        double factor = weight * metric switch { ScanMetric.Cosine => 1 / norm, ScanMetric.Euclidean => 2, _ => 1 };
        if (element == CudaElement.Int8)
        {
            return WriteWhole(query, norm == 0 ? 0 : factor, MemoryMarshal.Cast<byte, sbyte>(packed), out lost);
        }

        double length = Math.Abs(norm * factor);
        int exponent = length is > 0 and < double.PositiveInfinity ? -Math.ILogB(length) : 0;
        WriteScaled(query, norm == 0 ? 0 : Math.ScaleB(factor, exponent), element, packed);
        return (float)Math.ScaleB(1, -exponent);
    }

    /// <summary>
    /// No float score of the device is further from the canonical one. The query is rounded to the rows' element (by u
    /// of its norm, and by what is below the smallest half), floats of rows are cut to tf32, tensor cores add D
    /// products with less than 2^-21 of their sizes' sum lost in each, and terms, scales and offsets are rounded. A row
    /// that was normalised and then rounded has a norm as far from 1 as its elements are rounded.
    /// </summary>
    public static double Error(
        int dim, CudaElement element, ScanMetric metric, double norm, double normMax, bool hasNorms = true)
    {
        double rounded = element switch
        {
            CudaElement.Float16 => 1.0 / (1 << 11),
            CudaElement.BFloat16 => 1.0 / (1 << 8),
            CudaElement.Int8 => 0,
            _ => 2.0 / (1 << 10),
        };
        double normError = element == CudaElement.Int8 ? 1.0 / (1 << 10) : rounded;
        double relative = (1.02 * rounded) + ((dim + 64) * SumRoundoff) + (Math.Sqrt(dim) / (1 << 24));
        return 1e-30 + metric switch
        {
            ScanMetric.Dot => relative * norm * normMax,
            ScanMetric.Cosine => hasNorms ? relative : relative + (1.02 * normError),
            _ => (2 * relative * norm * normMax) + (16 * SumRoundoff * ((norm * norm) + (normMax * normMax))),
        };
    }

    /// <summary>How far a score is off by what was rounded away from a query of whole numbers.</summary>
    internal static double LostError(double lost, ScanMetric metric, double normMax)
        => 1.002 * lost * (metric == ScanMetric.Cosine ? 1 : normMax);

    /// <summary>Writes floats as a row of the device, and what they are there.</summary>
    internal static void Write(ReadOnlySpan<float> values, CudaElement element, Span<byte> row, Span<float> written)
    {
        row[element.Bytes(values.Length)..].Clear();
        switch (element)
        {
            case CudaElement.Float32:
                values.CopyTo(MemoryMarshal.Cast<byte, float>(row));
                values.TryCopyTo(written);
                break;
            case CudaElement.Float16:
                Span<Half> halves = MemoryMarshal.Cast<byte, Half>(row)[..values.Length];
                TensorPrimitives.ConvertToHalf(values, halves);
                if (!written.IsEmpty)
                {
                    TensorPrimitives.ConvertToSingle(halves, written);
                }

                break;
            default:
                Span<ushort> upper = MemoryMarshal.Cast<byte, ushort>(row)[..values.Length];
                BFloats.Round(values, upper);
                if (!written.IsEmpty)
                {
                    BFloats.Widen(upper, written);
                }

                break;
        }
    }

    private static float WriteWhole(ReadOnlySpan<float> query, double factor, Span<sbyte> packed, out double lost)
    {
        packed.Clear();
        double largest = 0;
        double squares = 0;
        foreach (float value in query)
        {
            largest = Math.Max(largest, Math.Abs(value * factor));
            squares += value * factor * (value * factor);
        }

        float step = (float)(largest / Int8Rows.ValueMax);
        lost = Math.Sqrt(squares);
        if (!float.IsNormal(step))
        {
            return 1;
        }

        squares = 0;
        for (int d = 0; d < query.Length; d++)
        {
            double value = query[d] * factor;
            double number = Math.Clamp(Math.Round(value / step), -Int8Rows.ValueMax, Int8Rows.ValueMax);
            packed[d] = (sbyte)number;
            squares += (value - (number * step)) * (value - (number * step));
        }

        lost = Math.Sqrt(squares);
        return step;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteScaled(ReadOnlySpan<float> query, double scale, CudaElement element, Span<byte> packed)
    {
        Span<float> scaled = stackalloc float[PieceLength];
        packed[element.Bytes(query.Length)..].Clear();
        for (int first = 0; first < query.Length; first += PieceLength)
        {
            int length = Math.Min(PieceLength, query.Length - first);
            for (int d = 0; d < length; d++)
            {
                scaled[d] = (float)(query[first + d] * scale);
            }

            Write(
                scaled[..length], element, packed.Slice(element.Bytes(first), element.Bytes(length)), default);
        }
    }
}

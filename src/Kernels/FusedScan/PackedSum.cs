using Linr.Kernels.Scan;

namespace Linr.Kernels;

/// <summary>
/// Queries as the scan of a weighted sum reads them, term after term: arrays that the caller owns. Offsets and errors
/// add up; begin with zeros.
/// </summary>
public readonly ref struct PackedSum
{
    private const double Roundoff = 1.0 / (1 << 23);

    /// <summary>[query][<see cref="QueryBytes"/>].</summary>
    public required Span<byte> Bytes { get; init; }

    /// <summary>Bytes of a packed query, of all terms together.</summary>
    public required int QueryBytes { get; init; }

    /// <summary>Terms of the sum.</summary>
    public required int TermCount { get; init; }

    /// <summary>[query]: added to a sum.</summary>
    public required Span<float> Offsets { get; init; }

    /// <summary>[query]: no row's sum is further off; not finite where scores do not fit floats.</summary>
    public required Span<float> Errors { get; init; }

    /// <summary>Packs a term; allocates nothing.</summary>
    /// <param name="embedding">The rows.</param>
    /// <param name="queries">[query][D].</param>
    /// <param name="weights">[query].</param>
    /// <param name="firstByte">Where the term begins in a packed query.</param>
    /// <param name="factors">[query], written: takes the scale back.</param>
    public void Pack(
        CudaEmbedding embedding,
        ReadOnlySpan<float> queries,
        ReadOnlySpan<float> weights,
        int firstByte,
        Span<float> factors)
    {
        ArgumentNullException.ThrowIfNull(embedding);
        int dim = embedding.Dim;
        int bytes = PackedQueries.BytesPerQuery(dim, embedding.Element);
        for (int q = 0; q < queries.Length / dim; q++)
        {
            ReadOnlySpan<float> query = queries.Slice(q * dim, dim);
            double norm = Math.Sqrt(CanonicalScore.Dot(query, query));
            Span<byte> packed = Bytes.Slice((q * QueryBytes) + firstByte, bytes);
            factors[q] = PackedQueries.Write(
                query, weights[q], norm, embedding.Element, embedding.Metric, packed, out double lost);
            lost = PackedQueries.LostError(lost, embedding.Metric, embedding.NormMax);
            double offset = embedding.Metric == ScanMetric.Euclidean ? -weights[q] * norm * norm : 0;
            Offsets[q] = (float)(Offsets[q] + offset);
            Errors[q] = MathF.BitIncrement((float)(Errors[q] + Error(embedding, TermCount, weights[q], norm) + lost));
        }
    }

    /// <summary>
    /// What a term adds to the distance between the device's sum and the canonical one: its own error, and its share of
    /// the roundings of the sums, of which there are two for each term and a few more, by half a unit of at most the
    /// sum of all terms' sizes.
    /// </summary>
    /// <param name="embedding">The rows.</param>
    /// <param name="termCount">Terms of the sum.</param>
    /// <param name="weight">The term's weight.</param>
    /// <param name="norm">The query's norm.</param>
    public static double Error(CudaEmbedding embedding, int termCount, double weight, double norm)
    {
        ArgumentNullException.ThrowIfNull(embedding);
        double normMax = embedding.NormMax;
        double size = embedding.Metric switch
        {
            ScanMetric.Dot => norm * normMax,
            ScanMetric.Cosine => 1.01,
            _ => (norm + normMax) * (norm + normMax),
        };
        double own = PackedQueries.Error(
            embedding.Dim, embedding.Element, embedding.Metric, norm, normMax, !embedding.Norms.IsEmpty);
        return 1e-30 + (Math.Abs(weight) * (own + ((termCount + 4) * Roundoff * size)));
    }
}

using Linr.Cuda;
using Linr.Kernels.Scan;

namespace Linr.Kernels;

/// <summary>
/// Writes the queries of a weighted sum of embeddings into pinned memory, and where everything is; allocates nothing.
/// </summary>
internal readonly ref struct SumUpload(DeviceSearchRequest request, SearchShape shape, SearchMemory memory)
{
    /// <summary>Writes all of it.</summary>
    /// <param name="firstQuery">The pass's first query.</param>
    /// <param name="queryCount">Its queries.</param>
    public void Write(int firstQuery, int queryCount)
    {
        memory.Writes(memory.Factors).Fill(1);
        memory.Writes(memory.Offsets).Clear();
        memory.Writes(memory.Errors).Clear();
        (int dims, int bytes) = (0, 0);
        for (int term = 0; term < shape.Terms; term++)
        {
            CudaEmbedding embedding = request.EmbeddingAt(term);
            long start = ((long)request.QueryCount * dims) + ((long)firstQuery * embedding.Dim);
            WriteTerm(
                term,
                embedding,
                request.Queries.Span.Slice((int)start, queryCount * embedding.Dim),
                firstQuery,
                memory.Originals.Slice((long)shape.Queries * dims, (long)shape.Queries * embedding.Dim),
                bytes);
            dims += embedding.Dim;
            bytes += PackedQueries.BytesPerQuery(embedding.Dim, embedding.Element);
        }

        Span<CudaScanSum> sums = memory.Writes(memory.Sums);
        for (int launch = 0; launch < shape.Launches; launch++)
        {
            DeviceSlice<CudaScanTerm> terms = memory.Terms.Slice((long)launch * shape.Terms, shape.Terms);
            sums[2 * launch] = new CudaScanSum(terms, memory.RowCount(isListed: false), bytes);
            sums[(2 * launch) + 1] = new CudaScanSum(terms, memory.RowCount(isListed: true), bytes);
        }
    }

    private void WriteTerm(
        int term,
        CudaEmbedding embedding,
        ReadOnlySpan<float> queries,
        int firstQuery,
        DeviceSlice<float> originals,
        int firstByte)
    {
        DeviceSlice<float> factors = memory.TermFactors.Slice((long)term * shape.Queries, shape.Queries);
        DeviceSlice<float> weights = memory.Weights.Slice((long)term * shape.Queries, shape.Queries);
        DeviceSlice<double> squaredNorms = memory.SquaredNorms.Slice((long)term * shape.Queries, shape.Queries);
        Span<float> weightsHere = memory.Writes(weights);
        Span<double> squaredNormsHere = memory.Writes(squaredNorms);
        for (int q = 0; q < queries.Length / embedding.Dim; q++)
        {
            ReadOnlySpan<float> query = queries.Slice(q * embedding.Dim, embedding.Dim);
            squaredNormsHere[q] = CanonicalScore.Dot(query, query);
            weightsHere[q] = request.Weights.IsEmpty
                ? 1
                : request.Weights.Span[((firstQuery + q) * shape.Terms) + term];
        }

        queries.CopyTo(memory.Writes(originals));
        new PackedSum
        {
            Bytes = memory.Writes(memory.Packed),
            QueryBytes = shape.QueryBytes,
            TermCount = shape.Terms,
            Offsets = memory.Writes(memory.Offsets),
            Errors = memory.Writes(memory.Errors),
        }.Pack(embedding, queries, weightsHere, firstByte, memory.Writes(factors));
        memory.Writes(memory.Segments)[term] = new CudaScoreSegment(
            embedding.Metric,
            embedding.Element,
            embedding.Dim,
            embedding.Rows.Slice(0, (long)request.Table.RowCount * embedding.RowBytes),
            embedding.RowBytes,
            originals,
            embedding.Metric == ScanMetric.Cosine ? squaredNorms : default,
            weights,
            embedding.Scales);
        for (int launch = 0; launch < shape.Launches; launch++)
        {
            int first = launch * shape.QueriesPerLaunch;
            int room = Math.Min(shape.QueriesPerLaunch, shape.Queries - first);
            memory.Writes(memory.Terms)[(launch * shape.Terms) + term] = new CudaScanTerm(
                embedding,
                originals.Slice((long)first * embedding.Dim, (long)room * embedding.Dim),
                factors.Slice(first, room),
                weights.Slice(first, room),
                firstByte);
        }
    }
}

using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Linr.Memory;

namespace Linr.Kernels.Scan;

/// <summary>Canonical scores of the rows that a scan keeps; one a thread.</summary>
internal sealed unsafe class RowScorer(ScanPlan plan) : IDisposable
{
    /// <summary>
    /// Rows asked for ahead of their scores: they lie anywhere. Twice as many only wait in line (Zen 3, Sapphire
    /// Rapids).
    /// </summary>
    private const int RowsAhead = 2 * CanonicalRows.RowCount;

    private const int ChunkRows = 64;

    private NativeBuffer? _queryBuffer;
    private NativeBuffer? _wideBuffer;
    private double* _query;
    private float* _wide;

    /// <summary>Canonical scores computed since <see cref="Reset"/>.</summary>
    public long Count { get; private set; }

    /// <summary>Starts a scan.</summary>
    public void Reset()
    {
        Count = 0;
        long dims = 0;
        long dimMax = 0;
        foreach (ref readonly PlanSegment segment in plan.Queries.Segments)
        {
            dims += segment.Dim;
            dimMax = Math.Max(dimMax, segment.Dim);
        }

        _query = (double*)ScanArrays.Grow(ref _queryBuffer, dims * sizeof(double));
        _wide = (float*)ScanArrays.Grow(ref _wideBuffer, CanonicalRows.RowCount * dimMax * sizeof(float));
    }

    /// <summary>The canonical score of a slot's query and a row.</summary>
    public float Score(int slot, uint row)
    {
        ulong word = row;
        Score(slot, new Span<ulong>(ref word));
        return ScoredRow.Score(word);
    }

    /// <summary>Gives <see cref="ScoredRow"/> words the canonical scores of a slot's query.</summary>
    [SkipLocalsInit]
    public void Score(int slot, Span<ulong> words)
    {
        Count += words.Length;
        WidenQuery(slot);
        PlanQueries queries = plan.Queries;
        double* scores = stackalloc double[ChunkRows];
        for (int start = 0; start < words.Length; start += ChunkRows)
        {
            new Span<double>(scores, ChunkRows).Clear();
            double* query = _query;
            for (int s = 0; s < queries.Segments.Length; s++)
            {
                ref readonly PlanSegment segment = ref queries.Segments[s];
                Terms terms = new(segment, query, queries.SquaredNorm(s, slot), queries.Weight(s, slot));
                AddTerms(terms, words[start..], scores);
                query += segment.Dim;
            }

            Span<ulong> chunk = words[start..Math.Min(start + ChunkRows, words.Length)];
            for (int i = 0; i < chunk.Length; i++)
            {
                chunk[i] = ScoredRow.Pack(CanonicalScore.Round(scores[i]), ScoredRow.Row(chunk[i]));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _queryBuffer?.Dispose();
        _wideBuffer?.Dispose();
    }

    /// <summary>Adds what a segment gives to the scores of the first words, a chunk of them at most.</summary>
    private void AddTerms(in Terms terms, ReadOnlySpan<ulong> words, double* scores)
    {
        ReadOnlySpan<RowBlock> blocks = terms.Segment.Source.Blocks.Span;
        long rowBytes = terms.Segment.Source.RowBytes;
        int count = Math.Min(ChunkRows, words.Length);
        float** rows = stackalloc float*[CanonicalRows.RowCount];
        int asked = 0;
        for (int first = 0; first < count; first += CanonicalRows.RowCount)
        {
            for (; asked < Math.Min(first + RowsAhead, words.Length); asked++)
            {
                Ask(Address(blocks, ScoredRow.Row(words[asked]), rowBytes), rowBytes);
            }

            for (int i = 0; i < CanonicalRows.RowCount; i++)
            {
                // The last rows may be fewer than four: the very last stands in for the others.
                uint row = ScoredRow.Row(words[Math.Min(first + i, count - 1)]);
                rows[i] = Floats(Address(blocks, row, rowBytes), terms.Segment, i);
            }

            AddTerms(terms, rows, scores + first);
        }
    }

    [SkipLocalsInit]
    private static void AddTerms(in Terms terms, float** rows, double* scores)
    {
        double* sums = stackalloc double[CanonicalRows.RowCount];
        double* squares = stackalloc double[CanonicalRows.RowCount];
        int dim = terms.Segment.Dim;
        ScanMetric metric = terms.Segment.Source.Metric;
        if (metric == ScanMetric.Euclidean)
        {
            CanonicalRows.Sum<SquaredDifferenceTerm>(terms.Query, rows, dim, sums);
        }
        else
        {
            CanonicalRows.Sum<ProductTerm>(terms.Query, rows, dim, sums);
        }

        if (metric == ScanMetric.Cosine)
        {
            CanonicalRows.Sum<SquareTerm>(terms.Query, rows, dim, squares);
        }

        for (int i = 0; i < CanonicalRows.RowCount; i++)
        {
            scores[i] += terms.Weight * metric switch
            {
                ScanMetric.Dot => sums[i],
                ScanMetric.Cosine => CanonicalScore.Cosine(sums[i], terms.QuerySquared, squares[i]),
                _ => -sums[i],
            };
        }
    }

    private void WidenQuery(int slot)
    {
        double* target = _query;
        foreach (ref readonly PlanSegment segment in plan.Queries.Segments)
        {
            Span<double> wide = new(target, segment.Dim);
            TensorPrimitives.ConvertTruncating(plan.Queries.Original(segment, slot), wide);
            target += segment.Dim;
        }
    }

    private static void Ask(byte* row, long rowBytes)
    {
        for (long at = 0; at < rowBytes; at += TileRows.LineBytes)
        {
            Prefetch.ToL1(row + at);
        }
    }

    private static byte* Address(ReadOnlySpan<RowBlock> blocks, uint row, long rowBytes)
        => (byte*)blocks[(int)(row / ScanSegment.BlockRows)].Rows + (row % ScanSegment.BlockRows * rowBytes);

    private float* Floats(byte* row, in PlanSegment segment, int place)
    {
        if (segment.Source.Element == RowElement.Float32)
        {
            return (float*)row;
        }

        float* wide = _wide + ((long)place * segment.Dim);
        TensorPrimitives.ConvertToSingle(
            new ReadOnlySpan<Half>(row, segment.Dim), new Span<float>(wide, segment.Dim));
        return wide;
    }

    /// <summary>A segment and what a slot's query brings to its terms.</summary>
    private readonly ref struct Terms(in PlanSegment segment, double* query, double querySquared, double weight)
    {
        public readonly ref readonly PlanSegment Segment = ref segment;
        public readonly double* Query = query;
        public readonly double QuerySquared = querySquared;
        public readonly double Weight = weight;
    }
}

using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Linr.Memory;

namespace Linr.Kernels.Scan;

/// <summary>Canonical scores of the rows that a scan keeps; one a thread.</summary>
internal sealed unsafe class RowScorer(ScanPlan plan) : IDisposable
{
    /// <summary>Rows asked for ahead of their scores: they lie anywhere.</summary>
    private const int RowsAhead = 3 * CanonicalRows.RowCount;

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

    /// <summary>The canonical score of a slot's query and a row, which is no code: floats score every code.</summary>
    public float Score(int slot, uint row)
    {
        ulong word = row;
        Score(slot, new Span<ulong>(ref word));
        return ScoredRow.Score(word);
    }

    /// <summary>
    /// Gives <see cref="ScoredRow"/> words the canonical scores of a slot's query. Those of codes have them: they are
    /// whole numbers, which the scan's scores are too.
    /// </summary>
    [SkipLocalsInit]
    public void Score(int slot, Span<ulong> words)
    {
        if (plan.Queries.Segments[0].IsCode)
        {
            return;
        }

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
                if (start == 0)
                {
                    AskFirst(segment, words);
                }

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

    private static void AskFirst(in PlanSegment segment, ReadOnlySpan<ulong> words)
    {
        ReadOnlySpan<RowBlock> blocks = segment.Source.Blocks.Span;
        long rowBytes = segment.Source.RowBytes;
        foreach (ulong word in words[..Math.Min(RowsAhead, words.Length)])
        {
            byte* row = Address(blocks, ScoredRow.Row(word), rowBytes);
            for (long at = 0; at < rowBytes; at += TileRows.LineBytes)
            {
                Prefetch.ToL1(row + at);
            }
        }
    }

    /// <summary>
    /// Adds what a segment gives to the scores of the first words, a chunk of them at most, and asks for the rows that
    /// come <see cref="RowsAhead"/> later.
    /// </summary>
    private void AddTerms(in Terms terms, ReadOnlySpan<ulong> words, double* scores)
    {
        ReadOnlySpan<RowBlock> blocks = terms.Segment.Source.Blocks.Span;
        long rowBytes = terms.Segment.Source.RowBytes;
        int count = Math.Min(ChunkRows, words.Length);
        float** rows = stackalloc float*[CanonicalRows.RowCount];
        byte** next = stackalloc byte*[CanonicalRows.RowCount];
        for (int first = 0; first < count; first += CanonicalRows.RowCount)
        {
            for (int i = 0; i < CanonicalRows.RowCount; i++)
            {
                // The last rows may be fewer than four: the very last stands in for the others.
                uint row = ScoredRow.Row(words[Math.Min(first + i, count - 1)]);
                rows[i] = Floats(blocks, row, terms.Segment, i);
                uint later = ScoredRow.Row(words[Math.Min(first + RowsAhead + i, words.Length - 1)]);
                next[i] = Address(blocks, later, rowBytes);
                if (terms.Segment.HasScales)
                {
                    Prefetch.ToL1((byte*)Scale(blocks, later));
                }
            }

            AddTerms(terms, rows, next, scores + first);
        }
    }

    [SkipLocalsInit]
    private static void AddTerms(in Terms terms, float** rows, byte** next, double* scores)
    {
        double* sums = stackalloc double[CanonicalRows.RowCount];
        double* squares = stackalloc double[CanonicalRows.RowCount];
        int dim = terms.Segment.Dim;
        int bytes = (int)(terms.Segment.Source.RowBytes / dim);
        ScanMetric metric = terms.Segment.Source.Metric;
        if (metric == ScanMetric.Euclidean)
        {
            CanonicalRows.Sum<SquaredDifferenceTerm>(terms.Query, rows, next, bytes, dim, sums);
        }
        else
        {
            CanonicalRows.Sum<ProductTerm>(terms.Query, rows, next, bytes, dim, sums);
        }

        if (metric == ScanMetric.Cosine)
        {
            CanonicalRows.Sum<SquareTerm>(terms.Query, rows, next, bytes, dim, squares);
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

    private static byte* Address(ReadOnlySpan<RowBlock> blocks, uint row, long rowBytes)
        => (byte*)blocks[(int)(row / ScanSegment.BlockRows)].Rows + (row % ScanSegment.BlockRows * rowBytes);

    private static Half* Scale(ReadOnlySpan<RowBlock> blocks, uint row)
        => (Half*)blocks[(int)(row / ScanSegment.BlockRows)].Scales + (row % ScanSegment.BlockRows);

    private float* Floats(ReadOnlySpan<RowBlock> blocks, uint number, in PlanSegment segment, int place)
    {
        byte* row = Address(blocks, number, segment.Source.RowBytes);
        if (segment.Source.Element == RowElement.Float32)
        {
            return (float*)row;
        }

        float* wide = _wide + ((long)place * segment.Dim);
        Half* scale = segment.HasScales ? Scale(blocks, number) : null;
        WideRow.Widen(segment.Source.Element, row, scale, segment.Dim, wide);
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

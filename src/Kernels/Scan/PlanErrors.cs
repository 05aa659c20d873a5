namespace Linr.Kernels.Scan;

/// <summary>The error bounds of a pass: by slot and block, and the largest of a slot.</summary>
internal sealed class PlanErrors(PlanQueries queries)
{
    private ErrorBound[] _bounds = [];
    private double[] _largest = [];

    /// <summary>Computes the bounds of <paramref name="slotCount"/> slots.</summary>
    /// <exception cref="ArgumentException">Scores could be too large for floats.</exception>
    public void Prepare(int slotCount)
    {
        int segmentCount = queries.Segments.Length;
        ScanArrays.Grow(ref _bounds, slotCount * segmentCount);
        ScanArrays.Grow(ref _largest, slotCount);
        Array.Clear(_largest, 0, slotCount);
        for (int s = 0; s < segmentCount; s++)
        {
            ScanSegment source = queries.Segments[s].Source;
            float normMax = 0;
            foreach (RowBlock block in source.Blocks.Span)
            {
                normMax = Math.Max(normMax, block.NormMax);
            }

            for (int slot = 0; slot < slotCount; slot++)
            {
                ErrorBound bound = ErrorBound.Of(
                    source,
                    segmentCount,
                    queries.Weight(s, slot),
                    Math.Sqrt(queries.SquaredNorm(s, slot)),
                    queries.IsRough ? 0 : queries.Lost(slot));
                _bounds[(slot * segmentCount) + s] = bound;
                _largest[slot] += bound.Worst(normMax);
            }
        }

        for (int slot = 0; slot < slotCount; slot++)
        {
            if (!(_largest[slot] < float.MaxValue))
            {
                throw new ArgumentException(
                    "Expected finite queries, weights and norms whose scores fit floats, found larger ones.");
            }
        }
    }

    /// <summary>The bound of a slot for every row.</summary>
    public double Largest(int slot) => _largest[slot];

    /// <summary>How much further rough scores of a slot may be off, for the rows of a block.</summary>
    public double RoughOf(int slot, int block)
    {
        ScanSegment source = queries.Segments[0].Source;
        double norm = source.Metric == ScanMetric.Cosine ? 1 : source.Blocks.Span[block].NormMax;
        return ErrorBound.LostShare * queries.Lost(slot) * norm;
    }

    /// <summary>The bound of a slot for the rows of a block.</summary>
    public double Of(int slot, int block)
    {
        int segmentCount = queries.Segments.Length;
        double error = 0;
        for (int s = 0; s < segmentCount; s++)
        {
            error += _bounds[(slot * segmentCount) + s].At(queries.Segments[s].Source.Blocks.Span[block]);
        }

        return error;
    }
}

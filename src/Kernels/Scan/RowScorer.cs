using System.Numerics.Tensors;

namespace Linr.Kernels.Scan;

/// <summary>Canonical scores of single rows; one a thread.</summary>
internal sealed unsafe class RowScorer(ScanPlan plan)
{
    private float[] _wide = [];

    /// <summary>Canonical scores computed since <see cref="Reset"/>.</summary>
    public long Count { get; private set; }

    /// <summary>Starts a scan.</summary>
    public void Reset() => Count = 0;

    /// <summary>The canonical score of a slot's query and a row.</summary>
    public float Score(int slot, uint row)
    {
        Count++;
        PlanQueries queries = plan.Queries;
        double score = 0;
        for (int s = 0; s < queries.Segments.Length; s++)
        {
            ref readonly PlanSegment segment = ref queries.Segments[s];
            ReadOnlySpan<float> values = Row(segment.Source, row);
            ReadOnlySpan<float> query = queries.Original(segment, slot);
            double term = segment.Source.Metric switch
            {
                ScanMetric.Dot => CanonicalScore.Dot(query, values),
                ScanMetric.Cosine => CanonicalScore.Cosine(
                    CanonicalScore.Dot(query, values),
                    queries.SquaredNorm(s, slot),
                    CanonicalScore.Dot(values, values)),
                _ => -CanonicalScore.SquaredDistance(query, values),
            };
            score += queries.Weight(s, slot) * term;
        }

        return CanonicalScore.Round(score);
    }

    /// <summary>Asks for a row whose score will be needed soon: kept rows lie anywhere.</summary>
    public void PrefetchRow(uint row)
    {
        foreach (ref readonly PlanSegment segment in plan.Queries.Segments)
        {
            byte* address = Address(segment.Source, row);
            for (int at = 0; at < segment.Source.RowBytes; at += TileRows.LineBytes)
            {
                Prefetch.ToL1(address + at);
            }
        }
    }

    private static byte* Address(in ScanSegment segment, uint row)
        => (byte*)segment.Blocks.Span[(int)(row / ScanSegment.BlockRows)].Rows
            + ((long)(row % ScanSegment.BlockRows) * segment.RowBytes);

    private ReadOnlySpan<float> Row(in ScanSegment segment, uint row)
    {
        byte* address = Address(segment, row);
        if (segment.Element == RowElement.Float32)
        {
            return new ReadOnlySpan<float>(address, segment.Dim);
        }

        ScanArrays.Grow(ref _wide, segment.Dim);
        Span<float> wide = _wide.AsSpan(0, segment.Dim);
        TensorPrimitives.ConvertToSingle(new ReadOnlySpan<Half>(address, segment.Dim), wide);
        return wide;
    }
}

using System.Numerics.Tensors;

namespace Linr.Kernels.Scan;

/// <summary>
/// Readies the rows of a tile for the kernels: where they are (half rows are widened once a tile when panels share
/// them), by what their dot products are scaled, and their own terms.
/// </summary>
internal sealed unsafe class TileLoader(ScanPlan plan, TileBuffers buffers)
{
    /// <summary>A norm below this may have lost its digits: the row's float score is NaN, and it is settled at once.</summary>
    private const float NormMin = 5.4e-20f;

    /// <summary>Loads entries <paramref name="start"/> and on of the unit's offsets.</summary>
    public void Load(in UnitRows unit, int start, int count)
    {
        ReadOnlySpan<PlanSegment> segments = plan.Queries.Segments;
        for (int s = 0; s < segments.Length; s++)
        {
            ref readonly PlanSegment segment = ref segments[s];
            RowBlock block = segment.Source.Blocks.Span[unit.Block];
            ushort* offsets = buffers.Offsets + start;
            if (segment.Source.Metric == ScanMetric.Cosine)
            {
                LoadScales(block, unit.First, offsets, count, segment.Scale, buffers.Scales + (s * TileBuffers.Entries));
            }
            else if (segment.HasRowTerm)
            {
                LoadSquares(block, unit.First, offsets, count, buffers.RowTerms + (s * TileBuffers.Entries));
            }

            if (segment.WideStart >= 0)
            {
                Widen(Stored(segment, block, unit, start, count, true), segment);
            }
        }
    }

    /// <summary>The loaded rows of a segment.</summary>
    public TileRows Rows(in PlanSegment segment, in UnitRows unit, int start, int count, bool isScattered)
    {
        if (segment.WideStart >= 0)
        {
            byte* wide = (byte*)(buffers.Wide + ((long)segment.WideStart * TileBuffers.Entries));
            return new TileRows(wide, segment.Dim * sizeof(float), buffers.Sequence, count);
        }

        return Stored(segment, segment.Source.Blocks.Span[unit.Block], unit, start, count, isScattered);
    }

    private TileRows Stored(
        in PlanSegment segment, in RowBlock block, in UnitRows unit, int start, int count, bool isScattered)
    {
        byte* first = (byte*)block.Rows + ((long)unit.First * segment.Source.RowBytes);
        return new TileRows(first, segment.Source.RowBytes, buffers.Offsets + start, count, isScattered);
    }

    private static void LoadScales(
        in RowBlock block, int first, ushort* offsets, int count, float scale, float* scales)
    {
        if (block.Norms == 0)
        {
            new Span<float>(scales, TileBuffers.Entries).Fill(scale);
            return;
        }

        float* norms = (float*)block.Norms + first;
        for (int e = 0; e < count; e++)
        {
            float norm = norms[offsets[e]];
            scales[e] = norm >= NormMin ? scale / norm : norm == 0 ? 0f : float.NaN;
        }
    }

    private static void LoadSquares(in RowBlock block, int first, ushort* offsets, int count, float* squares)
    {
        float* norms = (float*)block.Norms + first;
        for (int e = 0; e < count; e++)
        {
            float norm = norms[offsets[e]];
            squares[e] = norm * norm;
        }
    }

    private void Widen(in TileRows rows, in PlanSegment segment)
    {
        float* wide = buffers.Wide + ((long)segment.WideStart * TileBuffers.Entries);
        for (int e = 0; e < rows.Count; e++)
        {
            TensorPrimitives.ConvertToSingle(
                new ReadOnlySpan<Half>(rows[e], segment.Dim), new Span<float>(wide, segment.Dim));
            wide += segment.Dim;
        }
    }
}

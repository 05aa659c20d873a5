namespace Linr.Kernels.Scan;

/// <summary>
/// Readies the rows of a tile for the kernels: where they are (half rows are widened once a tile when panels share
/// them), by what their dot products are scaled, and their own terms.
/// </summary>
internal sealed unsafe class TileLoader(ScanPlan plan, TileBuffers buffers)
{
    /// <summary>
    /// A norm below this may have lost its digits: the row's float score is NaN, and it is settled at once.
    /// </summary>
    internal const float NormMin = 5.4e-20f;

    /// <summary>Loads a tile.</summary>
    public void Load(in UnitTile tile)
    {
        ReadOnlySpan<PlanSegment> segments = plan.Queries.Segments;
        for (int s = 0; s < segments.Length; s++)
        {
            ref readonly PlanSegment segment = ref segments[s];
            RowBlock block = segment.Source.Blocks.Span[tile.Unit.Block];
            if (segment.Source.Metric == ScanMetric.Cosine)
            {
                LoadScales(block, tile, segment.Scale, buffers.Scales + (s * TileBuffers.Entries));
            }
            else if (segment.HasRowTerm)
            {
                LoadSquares(block, tile, buffers.RowTerms + (s * TileBuffers.Entries));
            }

            if (segment.WideStart >= 0)
            {
                Widen(Stored(segment, block, tile), segment);
            }
        }
    }

    /// <summary>The loaded rows of a segment.</summary>
    public TileRows Rows(in PlanSegment segment, in UnitTile tile)
    {
        if (segment.WideStart >= 0)
        {
            byte* wide = (byte*)(buffers.Wide + ((long)segment.WideStart * TileBuffers.PanelEntries));
            return new TileRows(wide, segment.Dim * sizeof(float), buffers.Sequence, tile.Count, isScattered: false);
        }

        return Stored(segment, segment.Source.Blocks.Span[tile.Unit.Block], tile);
    }

    private static TileRows Stored(in PlanSegment segment, in RowBlock block, in UnitTile tile)
    {
        byte* first = (byte*)block.Rows + ((long)tile.Unit.First * segment.Source.RowBytes);
        return new TileRows(first, segment.Source.RowBytes, tile.Offsets, tile.Count, isScattered: !tile.IsDense);
    }

    private static void LoadScales(in RowBlock block, in UnitTile tile, float scale, float* scales)
    {
        if (block.Norms == 0)
        {
            new Span<float>(scales, TileBuffers.Entries).Fill(scale);
            return;
        }

        float* norms = (float*)block.Norms + tile.Unit.First;
        for (int e = 0; e < tile.Count; e++)
        {
            float norm = norms[tile.Offsets[e]];
            scales[e] = norm >= NormMin ? scale / norm : norm == 0 ? 0f : float.NaN;
        }
    }

    private static void LoadSquares(in RowBlock block, in UnitTile tile, float* squares)
    {
        float* norms = (float*)block.Norms + tile.Unit.First;
        for (int e = 0; e < tile.Count; e++)
        {
            float norm = norms[tile.Offsets[e]];
            squares[e] = norm * norm;
        }
    }

    private void Widen(in TileRows rows, in PlanSegment segment)
    {
        float* wide = buffers.Wide + ((long)segment.WideStart * TileBuffers.PanelEntries);
        TileScores.Widen(rows, segment.Source.Element, segment.Dim, wide);
    }
}

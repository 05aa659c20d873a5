using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace Linr.Kernels.Scan;

/// <summary>
/// Readies the rows of a tile for the kernels: where they are (rows that are no floats are made ready once a tile when
/// panels share them), by what their dot products are scaled, and their own terms.
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

            if (segment.HasScales)
            {
                bool isFirst = segment.Source.Metric != ScanMetric.Cosine;
                LoadRowScales(block, tile, segment.Scale, isFirst, buffers.Scales + (s * TileBuffers.Entries));
            }

            if (segment.WideStart >= 0)
            {
                MakeReady(Stored(segment, block, tile), segment);
            }
        }
    }

    /// <summary>The loaded rows of a segment.</summary>
    public TileRows Rows(in PlanSegment segment, in UnitTile tile)
    {
        if (segment.WideStart >= 0)
        {
            byte* wide = (byte*)(buffers.Wide + ((long)segment.WideStart * TileBuffers.PanelEntries));
            return new TileRows(wide, segment.WideBytes, buffers.Sequence, tile.Count, isScattered: false);
        }

        return Stored(segment, tile);
    }

    /// <summary>The rows of a segment as they are stored.</summary>
    public static TileRows Stored(in PlanSegment segment, in UnitTile tile)
        => Stored(segment, segment.Source.Blocks.Span[tile.Unit.Block], tile);

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

    /// <summary>The rows' own scales, times what the factors are already unless they come first.</summary>
    [SkipLocalsInit]
    private static void LoadRowScales(in RowBlock block, in UnitTile tile, float scale, bool isFirst, float* scales)
    {
        Half* own = (Half*)block.Scales + tile.Unit.First;
        Half* gathered = stackalloc Half[TileRows.EntriesMax];
        float* factors = stackalloc float[TileRows.EntriesMax];
        ReadOnlySpan<Half> halves = new(own + tile.Start, tile.Count);
        if (!tile.IsDense)
        {
            for (int e = 0; e < tile.Count; e++)
            {
                gathered[e] = own[tile.Offsets[e]];
            }

            halves = new ReadOnlySpan<Half>(gathered, tile.Count);
        }

        Span<float> wide = new(factors, tile.Count), target = new(scales, tile.Count);
        TensorPrimitives.ConvertToSingle(halves, wide);
        if (isFirst)
        {
            TensorPrimitives.Multiply(wide, scale, target);
        }
        else
        {
            TensorPrimitives.Multiply(wide, target, target);
        }
    }

    private void MakeReady(in TileRows rows, in PlanSegment segment)
    {
        float* wide = buffers.Wide + ((long)segment.WideStart * TileBuffers.PanelEntries);
        if (segment.IsInt8)
        {
            Int8Scores.MakeReady(rows, segment.Dim, (byte*)wide);
            return;
        }

        TileScores.Widen(rows, segment.Source.Element, segment.Dim, wide);
    }
}

namespace Linr.Kernels.Scan;

/// <summary>Scores the loaded rows of a tile against a small batch or a panel; of a panel it lists who is kept.</summary>
internal sealed unsafe class TileScorer(ScanPlan plan, TileBuffers buffers, TileLoader loader)
{
    /// <summary>Scores a small batch: [slot][entry].</summary>
    public void ScoreFew(in UnitTile tile, int slotCount)
    {
        bool add = StartScores(tile, panel: 0);
        for (int s = 0; s < plan.Queries.Segments.Length; s++)
        {
            ref readonly PlanSegment segment = ref plan.Queries.Segments[s];
            TileRows rows = loader.Rows(segment, tile);
            float* scales = buffers.Scales + (s * TileBuffers.Entries);
            float* packed = plan.Queries.Packed(segment, 0);
            if (segment.IsCode)
            {
                CodeScores.Few(rows, segment.Dim, segment.Planes, packed, slotCount, buffers.Scores);
            }
            else if (segment.IsInt8)
            {
                Int8Scores.Few(rows, segment.Dim, packed, slotCount, scales, add, buffers.Scores);
            }
            else
            {
                RowElement element = segment.Source.Element;
                TileScores.Few(rows, element, segment.Dim, packed, slotCount, scales, add, buffers.Scores);
            }

            add = true;
        }
    }

    /// <summary>
    /// Scores a panel, [entry][slot], and lists in <see cref="TileBuffers.Kept"/> the entries of which a slot reaches
    /// its limit; returns how many. Rough scores are not left behind.
    /// </summary>
    /// <param name="tile">The tile.</param>
    /// <param name="panel">The panel.</param>
    /// <param name="slotCount">How many of its slots count.</param>
    /// <param name="asksAhead">Whether to ask for the rows that follow the tile's.</param>
    public int KeepPanel(in UnitTile tile, int panel, int slotCount, bool asksAhead)
    {
        uint used = uint.MaxValue >> (32 - slotCount);
        int firstSlot = panel * plan.Queries.PanelSlots;
        bool add = StartScores(tile, panel);
        if (plan.Queries.IsRough)
        {
            return KeepRough(tile, panel, used, add, asksAhead);
        }

        for (int s = 0; s < plan.Queries.Segments.Length; s++)
        {
            ref readonly PlanSegment segment = ref plan.Queries.Segments[s];
            TileRows rows = loader.Rows(segment, tile);
            float* scales = buffers.Scales + (s * TileBuffers.Entries);
            float* packed = plan.Queries.Packed(segment, panel);
            if (segment.IsCode)
            {
                CodeScores.Panel(rows, segment.Dim, segment.Planes, packed, buffers.Scores);
            }
            else
            {
                TileScores.Panel(rows, segment.Dim, packed, slotCount, scales, add, buffers.Scores);
            }

            add = true;
        }

        return TileScores.PanelKept(buffers.Scores, tile.Count, buffers.Limits + firstSlot, used, buffers.Kept);
    }

    private bool StartScores(in UnitTile tile, int panel)
    {
        if (plan.Queries.HasRowTerms)
        {
            RowTerms.Write(plan.Queries, buffers, panel, tile.Count);
        }

        return plan.Queries.HasRowTerms;
    }

    private int KeepRough(in UnitTile tile, int panel, uint used, bool add, bool asksAhead)
    {
        ref readonly PlanSegment segment = ref plan.Queries.Segments[0];
        TileRows rows = loader.Rows(segment, tile);
        float* packed = plan.Queries.Packed(segment, panel);
        int firstSlot = panel * plan.Queries.PanelSlots;
        for (int i = 0; i < plan.Queries.PanelSlots; i++)
        {
            int slot = firstSlot + i;
            float limit = buffers.Limits[slot] - buffers.Rough[slot];
            buffers.RoughLimits[i] = limit * Int8Scores.LimitFactors(packed)[i];
        }

        Int8PanelTest test = new()
        {
            Dim = segment.Dim,
            Scales = buffers.Scales,
            Adds = add,
            Before = buffers.Scores,
            Limits = buffers.RoughLimits,
            Used = used,

            // While rows are multiplied those of the next tile come.
            Ahead = asksAhead && tile.IsDense ? TileLoader.Stored(segment, tile)[0] + rows.Bytes : rows[0],
        };
        return Int8Scores.PanelKept(rows, packed, test, buffers.Kept);
    }
}

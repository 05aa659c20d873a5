using System.Numerics;

namespace Linr.Kernels.Scan;

/// <summary>
/// Adds the rows of a tile that reached a panel's limits to its slots' survivors: scored in floats first, where the
/// scores that reached the limits are rough.
/// </summary>
internal readonly unsafe ref struct PanelSurvivors(
    ScanPlan plan, TileBuffers buffers, Survivors survivors, UnitTile tile, int firstSlot)
{
    private readonly TileRows _stored = plan.Queries.IsRough
        ? TileLoader.Stored(plan.Queries.Segments[0], tile)
        : default;

    private readonly float* _panel = plan.Queries.Packed(plan.Queries.Segments[0], firstSlot / plan.Queries.PanelSlots);

    /// <summary>Adds an entry's row to the slots of a word.</summary>
    public void Add(int entry, uint word)
    {
        uint row = tile.Unit.FirstRow + tile.Offsets[entry];
        if (plan.Queries.IsRough)
        {
            AddFine(entry, row, word);
            return;
        }

        float* scores = buffers.Scores + (entry * plan.Queries.PanelSlots);
        for (; word != 0; word &= word - 1)
        {
            int position = BitOperations.TrailingZeroCount(word);
            int slot = firstSlot + position;
            survivors.Add(slot, row, scores[position], buffers.ToLower[slot]);
        }
    }

    private void AddFine(int entry, uint row, uint word)
    {
        PlanQueries queries = plan.Queries;
        ref readonly PlanSegment segment = ref queries.Segments[0];
        sbyte* values = (sbyte*)_stored[entry];
        for (; word != 0; word &= word - 1)
        {
            int position = BitOperations.TrailingZeroCount(word);
            int slot = firstSlot + position;
            float* query = Int8Scores.FineQuery(_panel, segment.Dim, position);
            float score = Int8Scores.Fine(values, query, segment.Dim) * buffers.Scales[entry];
            if (segment.HasRowTerm)
            {
                score += buffers.RowTerms[entry] * queries.RowWeights(0)[slot];
            }

            // Not below the limit: no number is never left out.
            if (!(score < buffers.Limits[slot]))
            {
                survivors.Add(slot, row, score, buffers.ToLower[slot]);
            }
        }
    }
}

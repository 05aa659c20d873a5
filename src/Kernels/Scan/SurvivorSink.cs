using System.Numerics;

namespace Linr.Kernels.Scan;

/// <summary>Compares the scores of one tile and panel with the slots' limits and adds what reaches them.</summary>
internal readonly unsafe ref struct SurvivorSink(
    ScanPlan plan,
    TileBuffers buffers,
    Survivors survivors,
    PanelGroup group,
    UnitTile tile,
    int firstSlot,
    int slotCount,
    bool masked)
{
    /// <summary>Takes the scores of a small batch: [slot][entry].</summary>
    public void TakeFew()
    {
        ulong* kept = buffers.Kept;
        for (int slot = firstSlot; slot < firstSlot + slotCount; slot++)
        {
            float* scores = buffers.Scores + ((slot - firstSlot) * TileBuffers.Entries);
            TileScores.FewKept(scores, tile.Count, buffers.Limits[slot], kept);
            ulong* mask = buffers.EntryMask(plan.FilterOf(slot) - group.FirstFilter);
            for (int start = 0; start < tile.Count; start += 64)
            {
                ulong word = masked ? kept[start / 64] & mask[start / 64] : kept[start / 64];
                for (; word != 0; word &= word - 1)
                {
                    int e = start + BitOperations.TrailingZeroCount(word);
                    survivors.Add(slot, tile.Unit.FirstRow + tile.Offsets[e], scores[e], buffers.ToLower[slot]);
                }
            }
        }
    }

    /// <summary>Takes the scores of a panel: [entry][slot].</summary>
    public void TakePanel()
    {
        uint used = uint.MaxValue >> (32 - slotCount);
        int keptCount = TileScores.PanelKept(
            buffers.Scores, tile.Count, buffers.Limits + firstSlot, used, buffers.Kept);
        for (int i = 0; i < keptCount; i++)
        {
            int e = (int)(buffers.Kept[i] >> 32);
            float* scores = buffers.Scores + (e * plan.Queries.PanelSlots);
            uint row = tile.Unit.FirstRow + tile.Offsets[e];
            for (uint word = (uint)buffers.Kept[i]; word != 0; word &= word - 1)
            {
                int position = BitOperations.TrailingZeroCount(word);
                int slot = firstSlot + position;
                if (!masked || Passes(slot, e))
                {
                    survivors.Add(slot, row, scores[position], buffers.ToLower[slot]);
                }
            }
        }
    }

    private bool Passes(int slot, int e)
        => ((buffers.EntryMask(plan.FilterOf(slot) - group.FirstFilter)[e / 64] >> (e % 64)) & 1) != 0;
}

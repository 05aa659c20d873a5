using System.Numerics;

namespace Linr.Kernels.Scan;

/// <summary>Compares the scores of one tile and panel with the slots' limits and adds what reaches them.</summary>
internal readonly unsafe ref struct SurvivorSink(
    ScanPlan plan,
    TileBuffers buffers,
    Survivors survivors,
    PanelGroup group,
    int firstSlot,
    int slotCount,
    bool masked,
    uint firstRow,
    ushort* offsets)
{
    /// <summary>Takes the scores of a small batch: [slot][entry].</summary>
    public void TakeFew(int count)
    {
        ulong* kept = (ulong*)buffers.Kept;
        for (int slot = firstSlot; slot < firstSlot + slotCount; slot++)
        {
            float* scores = buffers.Scores + ((slot - firstSlot) * TileBuffers.Entries);
            TileScores.FewKept(scores, count, buffers.Limits[slot], kept);
            ulong* mask = buffers.EntryMask(plan.FilterOf(slot) - group.FirstFilter);
            for (int start = 0; start < count; start += 64)
            {
                ulong word = masked ? kept[start / 64] & mask[start / 64] : kept[start / 64];
                for (; word != 0; word &= word - 1)
                {
                    int e = start + BitOperations.TrailingZeroCount(word);
                    survivors.Add(slot, firstRow + offsets[e], scores[e], buffers.ToLower[slot]);
                }
            }
        }
    }

    /// <summary>Takes the scores of a panel: [entry][slot].</summary>
    public void TakePanel(int count)
    {
        uint* kept = buffers.Kept;
        TileScores.PanelKept(buffers.Scores, count, buffers.Limits + firstSlot, kept);
        uint used = slotCount == 32 ? uint.MaxValue : (1u << slotCount) - 1;
        if (!masked)
        {
            for (int e = 0; e < count; e++)
            {
                AddEntry(e, kept[e] & used);
            }
        }
        else if (group.FilterCount == 1)
        {
            for (int start = 0; start < count; start += 64)
            {
                for (ulong word = buffers.EntryMask(0)[start / 64]; word != 0; word &= word - 1)
                {
                    int e = start + BitOperations.TrailingZeroCount(word);
                    AddEntry(e, kept[e] & used);
                }
            }
        }
        else
        {
            TakeMixed(count, kept, used);
        }
    }

    private void TakeMixed(int count, uint* kept, uint used)
    {
        for (int e = 0; e < count; e++)
        {
            for (uint word = kept[e] & used; word != 0; word &= word - 1)
            {
                int slot = BitOperations.TrailingZeroCount(word);
                ulong mask = buffers.EntryMask(plan.FilterOf(firstSlot + slot) - group.FirstFilter)[e / 64];
                if (((mask >> (e % 64)) & 1) != 0)
                {
                    AddEntry(e, 1u << slot);
                }
            }
        }
    }

    private void AddEntry(int e, uint word)
    {
        for (; word != 0; word &= word - 1)
        {
            int slot = firstSlot + BitOperations.TrailingZeroCount(word);
            float score = buffers.Scores[(e * plan.Queries.PanelSlots) + (slot - firstSlot)];
            survivors.Add(slot, firstRow + offsets[e], score, buffers.ToLower[slot]);
        }
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;

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

    /// <summary>Takes the kept entries of a panel.</summary>
    [SkipLocalsInit]
    public void TakePanel(in PanelSurvivors target, int keptCount)
    {
        uint* passing = stackalloc uint[64];
        int transposed = -1;
        for (int i = 0; i < keptCount; i++)
        {
            int e = (int)(buffers.Kept[i] >> 32);
            uint word = (uint)buffers.Kept[i];
            if (masked)
            {
                if (e / 64 != transposed)
                {
                    transposed = e / 64;
                    Transpose(transposed, passing);
                }

                word &= passing[e % 64];
            }

            target.Add(e, word);
        }
    }

    /// <summary>The slots whose filters 64 entries pass.</summary>
    [SkipLocalsInit]
    private void Transpose(int entryWord, uint* passing)
    {
        Span<ulong> masks = stackalloc ulong[slotCount];
        for (int slot = 0; slot < slotCount; slot++)
        {
            masks[slot] = buffers.EntryMask(plan.FilterOf(firstSlot + slot) - group.FirstFilter)[entryWord];
        }

        EntryMasks.Transpose(masks, passing);
    }
}

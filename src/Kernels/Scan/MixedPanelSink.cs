using System.Numerics;

namespace Linr.Kernels.Scan;

/// <summary>
/// Compares the scores of one tile with the limits of a panel whose slots have several filters, and adds what reaches
/// them and passes. A row's word of slots is looked at only where a score reaches its limit.
/// </summary>
internal readonly unsafe ref struct MixedPanelSink(
    ScanPlan plan, TileBuffers buffers, Survivors survivors, UnitTile tile, int firstSlot, int slotCount)
{
    /// <summary>Takes the scores of a tile: [entry][slot].</summary>
    /// <param name="slotWords">A word of slots a row of the unit; see <see cref="UnitMasks.SlotWords"/>.</param>
    /// <param name="shift">The bit of the panel's first slot.</param>
    public void Take(uint* slotWords, int shift)
    {
        uint used = uint.MaxValue >> (32 - slotCount);
        int keptCount = TileScores.PanelKept(
            buffers.Scores, tile.Count, buffers.Limits + firstSlot, used, buffers.Kept);
        for (int i = 0; i < keptCount; i++)
        {
            int e = (int)(buffers.Kept[i] >> 32);
            int offset = tile.Offsets[e];
            float* scores = buffers.Scores + (e * plan.Queries.PanelSlots);
            for (uint word = (uint)buffers.Kept[i] & (slotWords[offset] >> shift); word != 0; word &= word - 1)
            {
                int position = BitOperations.TrailingZeroCount(word);
                int slot = firstSlot + position;
                survivors.Add(slot, tile.Unit.FirstRow + (uint)offset, scores[position], buffers.ToLower[slot]);
            }
        }
    }
}

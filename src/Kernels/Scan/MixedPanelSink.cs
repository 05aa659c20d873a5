namespace Linr.Kernels.Scan;

/// <summary>
/// Compares the scores of one tile with the limits of a panel whose slots have several filters, and adds what reaches
/// them and passes. A row's word of slots is looked at only where a score reaches its limit.
/// </summary>
internal readonly unsafe ref struct MixedPanelSink(TileBuffers buffers, UnitTile tile)
{
    /// <summary>Takes the kept entries of a tile.</summary>
    /// <param name="target">Takes the rows.</param>
    /// <param name="keptCount">Kept entries.</param>
    /// <param name="slotWords">A word of slots a row of the unit; see <see cref="UnitMasks.SlotWords"/>.</param>
    /// <param name="shift">The bit of the panel's first slot.</param>
    public void Take(in PanelSurvivors target, int keptCount, uint* slotWords, int shift)
    {
        for (int i = 0; i < keptCount; i++)
        {
            int e = (int)(buffers.Kept[i] >> 32);
            target.Add(e, (uint)buffers.Kept[i] & (slotWords[tile.Offsets[e]] >> shift));
        }
    }
}

namespace Linr.Kernels.Scan;

/// <summary>
/// Starts the scores of a tile with the rows' own terms: minus the weighted squared norms of euclidean.
/// </summary>
internal static unsafe class RowTerms
{
    /// <summary>Writes the scores of one panel.</summary>
    public static void Write(PlanQueries queries, TileBuffers buffers, int panel, int slotCount, int count)
    {
        int entryStride = queries.IsFew ? 1 : queries.PanelSlots;
        int slotStride = queries.IsFew ? TileBuffers.Entries : 1;
        new Span<float>(buffers.Scores, queries.PanelSlots * TileBuffers.Entries).Clear();
        for (int s = 0; s < queries.Segments.Length; s++)
        {
            if (!queries.Segments[s].HasRowTerm)
            {
                continue;
            }

            float* weights = queries.RowWeights(s) + (panel * queries.PanelSlots);
            float* terms = buffers.RowTerms + (s * TileBuffers.Entries);
            for (int e = 0; e < count; e++)
            {
                float* scores = buffers.Scores + (e * entryStride);
                for (int slot = 0; slot < slotCount; slot++)
                {
                    scores[slot * slotStride] += weights[slot] * terms[e];
                }
            }
        }
    }
}

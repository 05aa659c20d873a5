namespace Linr.Kernels;

/// <summary>Rows shorter than a step of the narrowest vectors, for small batches: plain sums.</summary>
internal static unsafe class ShortKernel<TRows>
    where TRows : IRowSource
{
    private const int ScoresStride = TileRows.EntriesMax + TileRows.PaddedEntries;

    public static void Score(
        in TileRows rows, int dim, float* queries, int queryCount, float* scale, bool add, float* scores)
    {
        int stride = TileScores.FewStride(dim);
        for (int e = 0; e < rows.Count; e++)
        {
            byte* row = rows[e];
            for (int query = 0; query < queryCount; query++)
            {
                float sum = 0;
                for (int d = 0; d < dim; d++)
                {
                    sum += queries[(query * stride) + d] * TRows.Element(row, d);
                }

                float* score = scores + (query * ScoresStride) + e;
                *score = add ? (sum * scale[e]) + *score : sum * scale[e];
            }
        }
    }
}

using System.Numerics;

namespace Linr.Kernels;

/// <content>Word by word.</content>
internal static unsafe partial class CodeScores
{
    private static float Score(ulong* row, int words, int planes, float plus, ulong* query, int stride = 1)
    {
        int sum = 0;
        if (planes == 1)
        {
            for (int w = 0; w < words; w++)
            {
                sum -= BitOperations.PopCount(row[w] ^ query[w * stride]);
            }

            return plus + (2 * sum);
        }

        for (int p = 0; p < planes; p++)
        {
            int set = 0;
            for (int w = 0; w < words; w++, query += stride)
            {
                set += BitOperations.PopCount(row[w] & *query);
            }

            sum += p == PlanesMax - 1 ? -(set << p) : set << p;
        }

        return plus + (2 * sum);
    }

    private static void FewOf(in TileRows rows, int words, int planes, float* packed, float* scores)
    {
        const int Ahead = 16;
        ulong* query = (ulong*)(packed + HeadFloats);
        float plus = *packed;
        for (int e = 0; e < rows.Count; e++)
        {
            Prefetch.ToL1(rows[e + Ahead]);
            scores[e] = Score((ulong*)rows[e], words, planes, plus, query);
        }
    }

    private static void PanelReference(in TileRows rows, int words, int planes, float* panel, float* scores)
    {
        int width = TileScores.PanelWidth;
        ulong* queries = (ulong*)(panel + width);
        for (int e = 0; e < rows.Count; e++, scores += width)
        {
            ulong* row = (ulong*)rows[e];
            for (int q = 0; q < width; q++)
            {
                scores[q] = Score(row, words, planes, panel[q], queries + q, width);
            }
        }
    }
}

using System.Numerics;

namespace Linr.Kernels;

/// <content>Word by word.</content>
internal static unsafe partial class CodeScores
{
    private static float Score(
        ulong* row, int words, int planes, float plus, ulong* query, int planeStride, int wordStride)
    {
        int sum = 0;
        for (int p = 0; p < planes; p++)
        {
            int bits = 0;
            for (int w = 0; w < words; w++)
            {
                ulong word = query[(p * planeStride) + (w * wordStride)];
                bits += BitOperations.PopCount(planes == 1 ? row[w] ^ word : row[w] & word);
            }

            // The bits that differ, or a plane's worth of those that both have.
            sum += planes == 1 || p == PlanesMax - 1 ? -(bits << p) : bits << p;
        }

        return plus + (2 * sum);
    }

    private static void FewReference(
        in TileRows rows, int words, int planes, float plus, ulong* query, float* scores)
    {
        for (int e = 0; e < rows.Count; e++)
        {
            scores[e] = Score((ulong*)rows[e], words, planes, plus, query, 1, planes);
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
                scores[q] = Score(row, words, planes, panel[q], queries + q, words * width, width);
            }
        }
    }
}

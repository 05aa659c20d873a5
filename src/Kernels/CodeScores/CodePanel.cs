using System.Runtime.CompilerServices;

namespace Linr.Kernels;

/// <summary>
/// Rows x a panel of queries, a word a query, four vectors of them: bits are counted byte by byte over the words of a
/// plane, 128 at most, and summed once a plane.
/// </summary>
internal static unsafe class CodePanel<TLanes, TVector>
    where TLanes : ICodeLanes<TVector>
    where TVector : struct
{
    private const int Ahead = 8;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Score(TileRows rows, int words, int planes, float* panel, float* scores)
    {
        int lanes = TLanes.Count;
        int width = 4 * lanes;
        ulong* queries = (ulong*)(panel + width);
        for (int e = 0; e < rows.Count; e++, scores += width)
        {
            Prefetch.ToL1(rows[e + Ahead]);
            ulong* row = (ulong*)rows[e];
            ulong* query = queries;
            TVector t0 = default, t1 = default, t2 = default, t3 = default;
            for (int p = 0; p < planes; p++)
            {
                TVector b0 = default, b1 = default, b2 = default, b3 = default;
                for (int w = 0; w < words; w++, query += width)
                {
                    TVector x = TLanes.Broadcast(row[w]);
                    TVector q0 = TLanes.Load(query), q1 = TLanes.Load(query + lanes);
                    TVector q2 = TLanes.Load(query + (2 * lanes)), q3 = TLanes.Load(query + (3 * lanes));
                    if (planes == 1)
                    {
                        (q0, q1, q2, q3) = (TLanes.Xor(x, q0), TLanes.Xor(x, q1), TLanes.Xor(x, q2), TLanes.Xor(x, q3));
                    }
                    else
                    {
                        (q0, q1, q2, q3) = (TLanes.And(x, q0), TLanes.And(x, q1), TLanes.And(x, q2), TLanes.And(x, q3));
                    }

                    b0 = TLanes.AddBits(b0, q0);
                    b1 = TLanes.AddBits(b1, q1);
                    b2 = TLanes.AddBits(b2, q2);
                    b3 = TLanes.AddBits(b3, q3);
                }

                // 2 * (the sum of 2^p * S(p), but minus it for the last), or minus 2 * the bits that differ.
                bool isNegative = planes == 1 || p == CodeScores.PlanesMax - 1;
                t0 = TLanes.AddSums(t0, b0, p + 1, isNegative);
                t1 = TLanes.AddSums(t1, b1, p + 1, isNegative);
                t2 = TLanes.AddSums(t2, b2, p + 1, isNegative);
                t3 = TLanes.AddSums(t3, b3, p + 1, isNegative);
            }

            TLanes.Store(t0, panel, scores);
            TLanes.Store(t1, panel + lanes, scores + lanes);
            TLanes.Store(t2, panel + (2 * lanes), scores + (2 * lanes));
            TLanes.Store(t3, panel + (3 * lanes), scores + (3 * lanes));
        }
    }
}

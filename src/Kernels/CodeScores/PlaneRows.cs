using System.Runtime.CompilerServices;

namespace Linr.Kernels;

/// <summary>
/// Rows x one query of eight planes of bits: the planes of a word are a vector or two, the row's word stands in all of
/// its lanes, and bits are counted byte by byte over the words of a row.
/// </summary>
internal static unsafe class PlaneRows<TLanes, TVector>
    where TLanes : ICodeLanes<TVector>
    where TVector : struct
{
    private const int Ahead = 8;

    /// <summary>Scores rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="words">Words of a row, 31 at most: a byte's bits are counted in a byte.</param>
    /// <param name="plus">What is added to each score.</param>
    /// <param name="query">[word][plane].</param>
    /// <param name="scores">Takes the scores.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Score(TileRows rows, int words, float plus, ulong* query, float* scores)
    {
        for (int e = 0; e < rows.Count; e++)
        {
            ulong* row = (ulong*)rows[e];
            Prefetch.ToL1(rows[e + Ahead]);
            ulong* planes = query;
            TVector low = default, high = default;
            for (int w = 0; w < words; w++, planes += CodeScores.PlanesMax)
            {
                TVector x = TLanes.Broadcast(row[w]);
                low = TLanes.AddBits(low, TLanes.And(x, TLanes.Load(planes)));
                if (TLanes.Count < CodeScores.PlanesMax)
                {
                    high = TLanes.AddBits(high, TLanes.And(x, TLanes.Load(planes + TLanes.Count)));
                }
            }

            long sum = TLanes.SumOfPlanes(low, 0);
            if (TLanes.Count < CodeScores.PlanesMax)
            {
                sum += TLanes.SumOfPlanes(high, TLanes.Count);
            }

            scores[e] = plus + (2 * sum);
        }
    }
}

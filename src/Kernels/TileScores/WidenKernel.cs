using System.Runtime.CompilerServices;

namespace Linr.Kernels;

/// <summary>
/// Rows of 16-bit elements to floats. The last vector of a row overlaps the one before, so that no row is read or
/// written past its end.
/// </summary>
internal static unsafe class WidenKernel<TLanes, TVector, TRows>
    where TLanes : ILanes<TVector>
    where TVector : struct
    where TRows : IRowSource
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(in TileRows rows, int dim, float* wide)
    {
        int last = dim - TLanes.Count;
        for (int e = 0; e < rows.Count; e++, wide += dim)
        {
            byte* row = rows[e];
            byte* ahead = rows.Ahead(e, row, TileRows.SequentialAheadBytes);
            if (last < 0)
            {
                Short(row, dim, wide);
                continue;
            }

            for (int d = 0; d < last + TLanes.Count; d += TLanes.Count)
            {
                Prefetch.ToL1(ahead + (d * TRows.ElementBytes));
                int place = Math.Min(d, last);
                TLanes.Store(TRows.Widen<TLanes, TVector>(row + (place * TRows.ElementBytes)), wide + place);
            }
        }
    }

    private static void Short(byte* row, int dim, float* wide)
    {
        for (int d = 0; d < dim; d++)
        {
            wide[d] = TRows.Element(row, d);
        }
    }
}

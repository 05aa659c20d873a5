using System.Runtime.CompilerServices;

namespace Linr.Kernels;

/// <summary>
/// Half rows to floats. The last vector of a row overlaps the one before, so that no row is read or written past its
/// end.
/// </summary>
internal static unsafe class WidenKernel<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(in TileRows rows, int dim, float* wide)
    {
        TVector factor = TLanes.Broadcast((float)Math.ScaleB(1, HalfBits.MissingExponent));
        int last = dim - TLanes.Count;
        for (int e = 0; e < rows.Count; e++, wide += dim)
        {
            ushort* row = (ushort*)rows[e];
            byte* ahead = rows.Ahead(e, (byte*)row, rows.AheadBytes(0, rows.Count, 1));
            if (last < 0)
            {
                Short(row, dim, wide);
                continue;
            }

            for (int d = 0; d < last + TLanes.Count; d += TLanes.Count)
            {
                Prefetch.ToL1(ahead + (d * sizeof(ushort)));
                int place = Math.Min(d, last);
                TLanes.Store(TLanes.Multiply(TLanes.WidenHalves(row + place), factor), wide + place);
            }
        }
    }

    private static void Short(ushort* row, int dim, float* wide)
    {
        for (int d = 0; d < dim; d++)
        {
            wide[d] = (float)((Half*)row)[d];
        }
    }
}

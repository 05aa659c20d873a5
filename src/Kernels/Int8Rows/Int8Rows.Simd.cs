using System.Runtime.Intrinsics;

namespace Linr.Kernels;

/// <content>A value and its scale become a float in three instructions for a whole vector.</content>
public static unsafe partial class Int8Rows
{
    /// <summary>The row of floats that a row stands for.</summary>
    internal static void Widen(sbyte* values, float scale, int dim, float* row)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Widen<Lanes512, Vector512<float>>(values, scale, dim, row);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Widen<Lanes256, Vector256<float>>(values, scale, dim, row);
        }
        else
        {
            Widen<Lanes128, Vector128<float>>(values, scale, dim, row);
        }
    }

    private static void Widen<TLanes, TVector>(sbyte* values, float scale, int dim, float* row)
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        TVector scales = TLanes.Broadcast(scale);
        int d = 0;
        for (; d <= dim - TLanes.Count; d += TLanes.Count)
        {
            TLanes.Store(TLanes.Multiply(TLanes.WidenBytes(values + d), scales), row + d);
        }

        for (; d < dim; d++)
        {
            row[d] = values[d] * scale;
        }
    }
}

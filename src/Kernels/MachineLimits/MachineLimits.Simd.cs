using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Linr.Memory;

namespace Linr.Kernels;

/// <content>The loops that are measured.</content>
public static unsafe partial class MachineLimits
{
    private const int Accumulators = 12;
    private const int StretchElements = 1 << 14;

    /// <summary>Keeps the loops' results alive.</summary>
    private static float s_sink;

    private static double FlopsPerRound => 2.0 * Accumulators * TileScores.LaneCount;

    private static void Read(NativeSlice<byte> piece, bool manyStreams)
    {
        s_sink = Vector512.IsHardwareAccelerated
            ? Read<Lanes512, Vector512<float>>(piece, manyStreams)
            : Vector256.IsHardwareAccelerated
                ? Read<Lanes256, Vector256<float>>(piece, manyStreams)
                : Read<Lanes128, Vector128<float>>(piece, manyStreams);
    }

    private static void MultiplyAdd(long rounds)
    {
        s_sink = Vector512.IsHardwareAccelerated
            ? MultiplyAdd<Lanes512, Vector512<float>>(rounds)
            : Vector256.IsHardwareAccelerated
                ? MultiplyAdd<Lanes256, Vector256<float>>(rounds)
                : MultiplyAdd<Lanes128, Vector128<float>>(rounds);
    }

    /// <summary>
    /// Reads the piece in chunks of four stretches, one vector of each after the other; a chunk of one vector a stretch
    /// is one stream.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Read<TLanes, TVector>(NativeSlice<byte> piece, bool manyStreams)
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        TVector sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        float* end = (float*)(piece.Address + (nint)piece.Bytes);
        int apart = manyStreams ? StretchElements : TLanes.Count;
        for (float* chunk = (float*)piece.Address; chunk < end; chunk += 4 * apart)
        {
            for (float* at = chunk; at < chunk + apart; at += TLanes.Count)
            {
                sum0 = TLanes.Add(sum0, TLanes.Load(at));
                sum1 = TLanes.Add(sum1, TLanes.Load(at + apart));
                sum2 = TLanes.Add(sum2, TLanes.Load(at + (2 * apart)));
                sum3 = TLanes.Add(sum3, TLanes.Load(at + (3 * apart)));
            }
        }

        return TLanes.Sum(TLanes.Add(TLanes.Add(sum0, sum1), TLanes.Add(sum2, sum3)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float MultiplyAdd<TLanes, TVector>(long rounds)
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        TVector a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default;
        TVector a6 = default, a7 = default, a8 = default, a9 = default, a10 = default, a11 = default;
        TVector factor = TLanes.Broadcast(0.5f);
        TVector other = TLanes.Broadcast(0.25f);
        for (long round = 0; round < rounds; round++)
        {
            a0 = TLanes.MultiplyAdd(factor, other, a0);
            a1 = TLanes.MultiplyAdd(factor, other, a1);
            a2 = TLanes.MultiplyAdd(factor, other, a2);
            a3 = TLanes.MultiplyAdd(factor, other, a3);
            a4 = TLanes.MultiplyAdd(factor, other, a4);
            a5 = TLanes.MultiplyAdd(factor, other, a5);
            a6 = TLanes.MultiplyAdd(factor, other, a6);
            a7 = TLanes.MultiplyAdd(factor, other, a7);
            a8 = TLanes.MultiplyAdd(factor, other, a8);
            a9 = TLanes.MultiplyAdd(factor, other, a9);
            a10 = TLanes.MultiplyAdd(factor, other, a10);
            a11 = TLanes.MultiplyAdd(factor, other, a11);
        }

        TVector low = TLanes.Add(TLanes.Add(TLanes.Add(a0, a1), TLanes.Add(a2, a3)), TLanes.Add(a4, a5));
        TVector high = TLanes.Add(TLanes.Add(TLanes.Add(a6, a7), TLanes.Add(a8, a9)), TLanes.Add(a10, a11));
        return TLanes.Sum(TLanes.Add(low, high));
    }
}

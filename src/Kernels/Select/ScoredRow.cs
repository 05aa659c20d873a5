using System.Runtime.CompilerServices;

namespace Linr.Kernels;

/// <summary>
/// A score and a row in one 64-bit word whose unsigned order is the order of the scores: selections and sorts then
/// compare and move single words. The score is never NaN.
/// </summary>
internal static class ScoredRow
{
    private const uint SignBit = 0x8000_0000;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Pack(float score, uint row)
    {
        uint bits = BitConverter.SingleToUInt32Bits(score);
        uint ordered = bits ^ ((uint)((int)bits >> 31) | SignBit);
        return ((ulong)ordered << 32) | row;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Score(ulong packed)
    {
        uint ordered = (uint)(packed >> 32);
        return BitConverter.UInt32BitsToSingle(ordered ^ ((uint)~((int)ordered >> 31) | SignBit));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Row(ulong packed) => (uint)packed;
}

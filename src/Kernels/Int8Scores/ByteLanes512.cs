using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Linr.Kernels;

/// <summary>Sixteen lanes: AVX-512, whose own sums of four products .NET 10 does not have.</summary>
internal readonly unsafe struct ByteLanes512 : IByteLanes<Vector512<byte>>
{
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512<int>.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Load(void* source) => Vector512.Load((byte*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Broadcast(byte* source) => Vector512.Create(*(int*)source).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> MultiplyPairs(Vector512<byte> bytes, Vector512<byte> signed)
        => Avx512BW.MultiplyAddAdjacent(bytes, signed.AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddShorts(Vector512<byte> left, Vector512<byte> right)
        => (left.AsInt16() + right.AsInt16()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddToLanes(Vector512<byte> sums, Vector512<byte> shorts)
        => (sums.AsInt32() + Avx512BW.MultiplyAddAdjacent(shorts.AsInt16(), Vector512<short>.One)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Less(Vector512<byte> sums, float scale, float* limits)
        => (uint)Vector512.LessThan(Scaled(sums, scale), Vector512.Load(limits)).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Less(Vector512<byte> sums, float scale, float* limits, float* before, float* factors)
    {
        Vector512<float> own = Vector512.Load(limits) - (Vector512.Load(before) * Vector512.Load(factors));
        return (uint)Vector512.LessThan(Scaled(sums, scale), own).ExtractMostSignificantBits();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyBiased(byte* source, byte* target)
        => Vector512.Store(Vector512.Load(source) ^ Vector512.Create((byte)0x80), target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> WidenToShorts(byte* source)
        => Avx512BW.ConvertToVector512Int16(Vector256.Load((sbyte*)source)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddProducts(Vector512<byte> sums, Vector512<byte> left, Vector512<byte> right)
        => (sums.AsInt32() + Avx512BW.MultiplyAddAdjacent(left.AsInt16(), right.AsInt16())).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> SumEach(
        Vector512<byte> first, Vector512<byte> second, Vector512<byte> third, Vector512<byte> fourth)
    {
        Vector512<int> sums = AddPairs(AddPairs(first, second), AddPairs(third, fourth)).AsInt32();
        return (sums.GetLower().GetLower() + sums.GetLower().GetUpper())
            + (sums.GetUpper().GetLower() + sums.GetUpper().GetUpper());
    }

    /// <summary>The sums of pairs of lanes; of each four, two of either.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> AddPairs(Vector512<byte> first, Vector512<byte> second)
    {
        Vector512<int> evens = Avx512F.Shuffle(first.AsSingle(), second.AsSingle(), 0b_10_00_10_00).AsInt32();
        Vector512<int> odds = Avx512F.Shuffle(first.AsSingle(), second.AsSingle(), 0b_11_01_11_01).AsInt32();
        return (evens + odds).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Scaled(Vector512<byte> sums, float scale)
        => Vector512.ConvertToSingle(sums.AsInt32()) * Vector512.Create(scale);
}

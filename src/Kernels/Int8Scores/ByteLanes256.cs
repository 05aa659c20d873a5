using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Linr.Kernels;

/// <summary>Eight lanes: AVX2.</summary>
internal readonly unsafe struct ByteLanes256 : IByteLanes<Vector256<byte>>
{
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256<int>.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Load(void* source) => Vector256.Load((byte*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Broadcast(byte* source) => Vector256.Create(*(int*)source).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> MultiplyPairs(Vector256<byte> bytes, Vector256<byte> signed)
        => Avx2.MultiplyAddAdjacent(bytes, signed.AsSByte()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> AddShorts(Vector256<byte> left, Vector256<byte> right)
        => (left.AsInt16() + right.AsInt16()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> AddToLanes(Vector256<byte> sums, Vector256<byte> shorts)
        => (sums.AsInt32() + Avx2.MultiplyAddAdjacent(shorts.AsInt16(), Vector256<short>.One)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Less(Vector256<byte> sums, float scale, float* limits)
        => (uint)Vector256.LessThan(Scaled(sums, scale), Vector256.Load(limits)).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Less(Vector256<byte> sums, float scale, float* limits, float* before, float* factors)
    {
        Vector256<float> own = Vector256.Load(limits) - (Vector256.Load(before) * Vector256.Load(factors));
        return (uint)Vector256.LessThan(Scaled(sums, scale), own).ExtractMostSignificantBits();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyBiased(byte* source, byte* target)
        => Vector256.Store(Vector256.Load(source) ^ Vector256.Create((byte)0x80), target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> WidenToShorts(byte* source)
        => Avx2.ConvertToVector256Int16(Vector128.Load((sbyte*)source)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> AddProducts(Vector256<byte> sums, Vector256<byte> left, Vector256<byte> right)
        => (sums.AsInt32() + Avx2.MultiplyAddAdjacent(left.AsInt16(), right.AsInt16())).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> SumEach(
        Vector256<byte> first, Vector256<byte> second, Vector256<byte> third, Vector256<byte> fourth)
    {
        Vector256<int> sums = AddPairs(AddPairs(first, second), AddPairs(third, fourth)).AsInt32();
        return sums.GetLower() + sums.GetUpper();
    }

    /// <summary>The sums of pairs of lanes; of each four, two of either.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> AddPairs(Vector256<byte> first, Vector256<byte> second)
    {
        Vector256<int> evens = Avx.Shuffle(first.AsSingle(), second.AsSingle(), 0b_10_00_10_00).AsInt32();
        Vector256<int> odds = Avx.Shuffle(first.AsSingle(), second.AsSingle(), 0b_11_01_11_01).AsInt32();
        return (evens + odds).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Scaled(Vector256<byte> sums, float scale)
        => Vector256.ConvertToSingle(sums.AsInt32()) * Vector256.Create(scale);
}

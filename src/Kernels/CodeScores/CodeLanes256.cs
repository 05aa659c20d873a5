using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Linr.Kernels;

/// <summary>Four words: AVX2.</summary>
internal readonly unsafe struct CodeLanes256 : ICodeLanes<Vector256<byte>>
{
    /// <summary>[n] the bits set in n.</summary>
    internal static Vector128<byte> BitsOfNibble
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128.Create((byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    }

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256<ulong>.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Load(ulong* source) => Vector256.Load(source).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Broadcast(ulong value) => Vector256.Create(value).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Xor(Vector256<byte> left, Vector256<byte> right) => left ^ right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> And(Vector256<byte> left, Vector256<byte> right) => left & right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> AddBits(Vector256<byte> sums, Vector256<byte> bytes)
    {
        Vector256<byte> nibble = Vector256.Create((byte)0x0f);
        Vector256<byte> table = Vector256.Create(BitsOfNibble, BitsOfNibble);
        Vector256<byte> low = Avx2.Shuffle(table, bytes & nibble);
        Vector256<byte> high = Avx2.Shuffle(table, (bytes.AsUInt16() >> 4).AsByte() & nibble);
        return sums + (low + high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> AddSums(Vector256<byte> totals, Vector256<byte> bytes, int shift, bool isNegative)
    {
        Vector256<ulong> sums = Avx2.SumAbsoluteDifferences(bytes, Vector256<byte>.Zero).AsUInt64() << shift;
        return (isNegative ? totals.AsUInt64() - sums : totals.AsUInt64() + sums).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SumOfBytes(Vector256<byte> bytes)
        => (int)Vector256.Sum(Avx2.SumAbsoluteDifferences(bytes, Vector256<byte>.Zero).AsInt64());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long SumOfPlanes(Vector256<byte> bytes, int first)
    {
        Vector256<int> counts = Avx2.SumAbsoluteDifferences(bytes, Vector256<byte>.Zero).AsInt32();
        Vector256<long> worth =
            first == 0 ? Vector256.Create(1L, 2, 4, 8) : Vector256.Create(16L, 32, 64, -128);
        return Vector256.Sum(Avx2.Multiply(counts, worth.AsInt32()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<byte> totals, float* plus, float* target)
    {
        Vector256<int> lower = Avx2.PermuteVar8x32(totals.AsInt32(), Vector256.Create(0, 2, 4, 6, 0, 2, 4, 6));
        Vector128.Store(Vector128.ConvertToSingle(lower.GetLower()) + Vector128.Load(plus), target);
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Linr.Kernels;

/// <summary>Eight words: AVX-512. Its population count is not to be had in .NET 10: nibbles are looked up.</summary>
internal readonly unsafe struct CodeLanes512 : ICodeLanes<Vector512<byte>>
{
    /// <summary>
    /// The bits set in 0 to 15, four times: written out, it is a constant; made of halves it was two insertions a use.
    /// </summary>
    private static Vector512<byte> BitsOfNibble
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create(
            (byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
            0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
            0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
            0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    }

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512<ulong>.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Load(ulong* source) => Vector512.Load(source).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Broadcast(ulong value) => Vector512.Create(value).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Xor(Vector512<byte> left, Vector512<byte> right) => left ^ right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> And(Vector512<byte> left, Vector512<byte> right) => left & right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddBits(Vector512<byte> sums, Vector512<byte> bytes)
    {
        Vector512<byte> nibble = Vector512.Create((byte)0x0f);
        Vector512<byte> low = Avx512BW.Shuffle(BitsOfNibble, bytes & nibble);
        Vector512<byte> high = Avx512BW.Shuffle(BitsOfNibble, (bytes.AsUInt16() >> 4).AsByte() & nibble);
        return sums + (low + high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> AddSums(Vector512<byte> totals, Vector512<byte> bytes, int shift, bool isNegative)
    {
        Vector512<ulong> sums = Avx512BW.SumAbsoluteDifferences(bytes, Vector512<byte>.Zero).AsUInt64() << shift;
        return (isNegative ? totals.AsUInt64() - sums : totals.AsUInt64() + sums).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SumOfBytes(Vector512<byte> bytes)
        => (int)Vector512.Sum(Avx512BW.SumAbsoluteDifferences(bytes, Vector512<byte>.Zero).AsInt64());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long SumOfPlanes(Vector512<byte> bytes, int first)
    {
        Vector512<int> counts = Avx512BW.SumAbsoluteDifferences(bytes, Vector512<byte>.Zero).AsInt32();
        Vector512<long> worth = Vector512.Create(1L, 2, 4, 8, 16, 32, 64, -128);
        return Vector512.Sum(Avx512F.Multiply(counts, worth.AsInt32()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<byte> totals, float* plus, float* target)
    {
        Vector256<int> whole = Avx512F.ConvertToVector256Int32(totals.AsInt64());
        Vector256.Store(Vector256.ConvertToSingle(whole) + Vector256.Load(plus), target);
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Linr.Kernels;

/// <summary>Eight lanes: AVX2.</summary>
internal readonly unsafe struct Lanes256 : ILanes<Vector256<float>>
{
    private const byte Evens = 0b_10_00_10_00;
    private const byte Odds = 0b_11_01_11_01;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256<float>.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadHalves(ushort* source, out Vector256<float> even, out Vector256<float> odd)
    {
        Vector256<int> pairs = Vector256.Load((int*)source);
        Vector256<int> kept = Vector256.Create(HalfBits.Kept);
        even = (((pairs << HalfBits.Width) >> HalfBits.ToFloat) & kept).AsSingle();
        odd = ((pairs >> HalfBits.ToFloat) & kept).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> WidenHalves(ushort* source)
    {
        Vector256<int> signed = Vector256.WidenLower(Vector128.Load((short*)source).ToVector256Unsafe());
        return ((signed << HalfBits.SignedToFloat) & Vector256.Create(HalfBits.Kept)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadBFloats(ushort* source, out Vector256<float> even, out Vector256<float> odd)
    {
        Vector256<uint> pairs = Vector256.Load((uint*)source);
        even = (pairs << HalfBits.Width).AsSingle();
        odd = (pairs & Vector256.Create(0xFFFF_0000)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> WidenBFloats(ushort* source)
        => (Vector256.WidenLower(Vector128.Load(source).ToVector256Unsafe()) << HalfBits.Width).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> WidenBytes(sbyte* source)
    {
        if (Avx2.IsSupported)
        {
            Vector128<sbyte> bytes = Vector128.CreateScalarUnsafe(*(long*)source).AsSByte();
            return Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(bytes));
        }

        return Vector256.Create(Lanes128.WidenBytes(source), Lanes128.WidenBytes(source + Lanes128.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Multiply(Vector256<float> left, Vector256<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> BroadcastPair(float* values) => Vector256.Create(*(double*)values).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> AddPairs(Vector256<float> first, Vector256<float> second)
    {
        if (Avx.IsSupported)
        {
            return Avx.Shuffle(first, second, Evens) + Avx.Shuffle(first, second, Odds);
        }

        return Vector256.Create(
            Lanes128.AddPairs(first.GetLower(), second.GetLower()),
            Lanes128.AddPairs(first.GetUpper(), second.GetUpper()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> value, float* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> left, Vector256<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MultiplyAdd(
        Vector256<float> left, Vector256<float> right, Vector256<float> addend)
        => Vector256.MultiplyAddEstimate(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector256<float> value) => Vector128.Sum(value.GetLower() + value.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SumEach(
        Vector256<float> first, Vector256<float> second, Vector256<float> third, Vector256<float> fourth)
    {
        Vector256<float> sums = AddPairs(AddPairs(first, second), AddPairs(third, fourth));
        return sums.GetLower() + sums.GetUpper();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint NotLessThan(Vector256<float> value, Vector256<float> limit)
        => (uint)(~Vector256.LessThan(value, limit)).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AllLess(
        Vector256<float> low, Vector256<float> lowLimit, Vector256<float> high, Vector256<float> highLimit)
        => (Vector256.LessThan(low, lowLimit) & Vector256.LessThan(high, highLimit)).ExtractMostSignificantBits()
            == (1u << Vector256<float>.Count) - 1;
}

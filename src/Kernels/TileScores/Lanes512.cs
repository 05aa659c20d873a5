using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Linr.Kernels;

/// <summary>Sixteen lanes: AVX-512.</summary>
internal readonly unsafe struct Lanes512 : ILanes<Vector512<float>>
{
    private const byte Evens = 0b_10_00_10_00;
    private const byte Odds = 0b_11_01_11_01;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512<float>.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadHalves(ushort* source, out Vector512<float> even, out Vector512<float> odd)
    {
        Vector512<int> pairs = Vector512.Load((int*)source);
        Vector512<int> kept = Vector512.Create(HalfBits.Kept);
        even = (((pairs << HalfBits.Width) >> HalfBits.ToFloat) & kept).AsSingle();
        odd = ((pairs >> HalfBits.ToFloat) & kept).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> WidenHalves(ushort* source)
    {
        Vector512<int> signed = Vector512.WidenLower(Vector256.Load((short*)source).ToVector512Unsafe());
        return ((signed << HalfBits.SignedToFloat) & Vector512.Create(HalfBits.Kept)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadBFloats(ushort* source, out Vector512<float> even, out Vector512<float> odd)
    {
        Vector512<uint> pairs = Vector512.Load((uint*)source);
        even = (pairs << HalfBits.Width).AsSingle();
        odd = (pairs & Vector512.Create(0xFFFF_0000)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> WidenBFloats(ushort* source)
        => (Vector512.WidenLower(Vector256.Load(source).ToVector512Unsafe()) << HalfBits.Width).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> WidenBytes(sbyte* source)
    {
        if (Avx512F.IsSupported)
        {
            return Vector512.ConvertToSingle(Avx512F.ConvertToVector512Int32(Vector128.Load(source)));
        }

        return Vector512.Create(Lanes256.WidenBytes(source), Lanes256.WidenBytes(source + Lanes256.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Multiply(Vector512<float> left, Vector512<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> BroadcastPair(float* values) => Vector512.Create(*(double*)values).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> AddPairs(Vector512<float> first, Vector512<float> second)
    {
        if (Avx512F.IsSupported)
        {
            return Avx512F.Shuffle(first, second, Evens) + Avx512F.Shuffle(first, second, Odds);
        }

        return Vector512.Create(
            Lanes256.AddPairs(first.GetLower(), second.GetLower()),
            Lanes256.AddPairs(first.GetUpper(), second.GetUpper()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, float* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> left, Vector512<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(
        Vector512<float> left, Vector512<float> right, Vector512<float> addend)
        => Vector512.MultiplyAddEstimate(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector512<float> value) => Lanes256.Sum(value.GetLower() + value.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SumEach(
        Vector512<float> first, Vector512<float> second, Vector512<float> third, Vector512<float> fourth)
    {
        Vector512<float> sums = AddPairs(AddPairs(first, second), AddPairs(third, fourth));
        return (sums.GetLower().GetLower() + sums.GetLower().GetUpper())
            + (sums.GetUpper().GetLower() + sums.GetUpper().GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint NotLessThan(Vector512<float> value, Vector512<float> limit)
        => (uint)(~Vector512.LessThan(value, limit)).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AllLess(
        Vector512<float> low, Vector512<float> lowLimit, Vector512<float> high, Vector512<float> highLimit)
        => (Vector512.LessThan(low, lowLimit) & Vector512.LessThan(high, highLimit)).ExtractMostSignificantBits()
            == (1u << Vector512<float>.Count) - 1;
}

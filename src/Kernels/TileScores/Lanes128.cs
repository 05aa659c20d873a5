using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Linr.Kernels;

/// <summary>Four lanes: SSE, and any machine through its software form.</summary>
internal readonly unsafe struct Lanes128 : ILanes<Vector128<float>>
{
    private const byte Evens = 0b_10_00_10_00;
    private const byte Odds = 0b_11_01_11_01;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128<float>.Count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(float* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadHalves(ushort* source, out Vector128<float> even, out Vector128<float> odd)
    {
        Vector128<int> pairs = Vector128.Load((int*)source);
        Vector128<int> kept = Vector128.Create(HalfBits.Kept);
        even = (((pairs << HalfBits.Width) >> HalfBits.ToFloat) & kept).AsSingle();
        odd = ((pairs >> HalfBits.ToFloat) & kept).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> WidenHalves(ushort* source)
    {
        Vector128<int> signed = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)source).AsInt16());
        return ((signed << HalfBits.SignedToFloat) & Vector128.Create(HalfBits.Kept)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadBFloats(ushort* source, out Vector128<float> even, out Vector128<float> odd)
    {
        Vector128<uint> pairs = Vector128.Load((uint*)source);
        even = (pairs << HalfBits.Width).AsSingle();
        odd = (pairs & Vector128.Create(0xFFFF_0000)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> WidenBFloats(ushort* source)
        => (Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)source).AsUInt16())
            << HalfBits.Width).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> WidenBytes(sbyte* source)
    {
        Vector128<sbyte> bytes = Vector128.CreateScalarUnsafe(*(int*)source).AsSByte();
        return Vector128.ConvertToSingle(Vector128.WidenLower(Vector128.WidenLower(bytes)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Multiply(Vector128<float> left, Vector128<float> right) => left * right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> BroadcastPair(float* values) => Vector128.Create(*(double*)values).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> AddPairs(Vector128<float> first, Vector128<float> second)
    {
        if (Sse.IsSupported)
        {
            return Sse.Shuffle(first, second, Evens) + Sse.Shuffle(first, second, Odds);
        }

        return Vector128.Create(first[0] + first[1], first[2] + first[3], second[0] + second[1], second[2] + second[3]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<float> value, float* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add(Vector128<float> left, Vector128<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> MultiplyAdd(
        Vector128<float> left, Vector128<float> right, Vector128<float> addend)
        => Vector128.MultiplyAddEstimate(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector128<float> value) => Vector128.Sum(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SumEach(
        Vector128<float> first, Vector128<float> second, Vector128<float> third, Vector128<float> fourth)
        => AddPairs(AddPairs(first, second), AddPairs(third, fourth));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint NotLessThan(Vector128<float> value, Vector128<float> limit)
        => (uint)(~Vector128.LessThan(value, limit)).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AllLess(
        Vector128<float> low, Vector128<float> lowLimit, Vector128<float> high, Vector128<float> highLimit)
        => (Vector128.LessThan(low, lowLimit) & Vector128.LessThan(high, highLimit)).ExtractMostSignificantBits()
            == (1u << Vector128<float>.Count) - 1;
}

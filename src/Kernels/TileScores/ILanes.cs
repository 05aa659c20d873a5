using System.Runtime.Intrinsics;

namespace Linr.Kernels;

/// <summary>
/// One vector width, so that each micro-kernel is written once: <typeparamref name="TVector"/> is the plain vector
/// type, which keeps accumulators in registers.
/// </summary>
internal unsafe interface ILanes<TVector>
    where TVector : struct
{
    static abstract int Count { get; }

    static abstract TVector Load(float* source);

    /// <summary>Twice as many halves as there are lanes, each times 2^-112, by even and odd position.</summary>
    static abstract void LoadHalves(ushort* source, out TVector even, out TVector odd);

    /// <summary>As many halves as there are lanes, in order, each times 2^-112.</summary>
    static abstract TVector WidenHalves(ushort* source);

    /// <summary>Twice as many bfloats as there are lanes, by even and odd position.</summary>
    static abstract void LoadBFloats(ushort* source, out TVector even, out TVector odd);

    /// <summary>As many bfloats as there are lanes, in order.</summary>
    static abstract TVector WidenBFloats(ushort* source);

    /// <summary>As many whole numbers of 8 bits as there are lanes, in order.</summary>
    static abstract TVector WidenBytes(sbyte* source);

    static abstract TVector Multiply(TVector left, TVector right);

    static abstract TVector Broadcast(float value);

    /// <summary>Two values in every pair of lanes.</summary>
    static abstract TVector BroadcastPair(float* values);

    /// <summary>
    /// The sums of pairs of lanes; of each four, two of <paramref name="first"/> and two of <paramref name="second"/>.
    /// </summary>
    static abstract TVector AddPairs(TVector first, TVector second);

    static abstract void Store(TVector value, float* destination);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);

    static abstract float Sum(TVector value);

    /// <summary>The sums of four vectors.</summary>
    static abstract Vector128<float> SumEach(TVector first, TVector second, TVector third, TVector fourth);

    /// <summary>A bit a lane: not (value &lt; limit), so that NaN counts as kept.</summary>
    static abstract uint NotLessThan(TVector value, TVector limit);

    /// <summary>Whether every value is below its limit; NaN is not.</summary>
    static abstract bool AllLess(TVector low, TVector lowLimit, TVector high, TVector highLimit);
}

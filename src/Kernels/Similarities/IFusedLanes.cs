namespace Linr.Kernels.Similarities;

/// <summary>
/// One vector width for arithmetic that gives the same bits on every other: each lane is a row, each step rounds once,
/// and products are fused with their sums.
/// </summary>
internal unsafe interface IFusedLanes<TVector>
    where TVector : struct
{
    static abstract int Count { get; }

    static abstract TVector Load(float* source);

    static abstract void Store(TVector value, float* destination);

    static abstract TVector Broadcast(float value);

    static abstract TVector Fused(TVector left, TVector right, TVector addend);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector Multiply(TVector left, TVector right);

    static abstract TVector Divide(TVector left, TVector right);

    static abstract TVector Max(TVector left, TVector right);

    static abstract TVector Min(TVector left, TVector right);

    static abstract TVector Abs(TVector value);

    /// <summary>To the nearest whole number, to even where two are as near.</summary>
    static abstract TVector Round(TVector value);

    /// <summary>value times 2^exponent; exponents are whole numbers that keep the result normal.</summary>
    static abstract TVector Scale(TVector value, TVector exponent);
}

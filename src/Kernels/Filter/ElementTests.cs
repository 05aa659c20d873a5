using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Linr.Kernels.Filter;

/// <summary>The element equals one constant.</summary>
internal readonly struct EqualTest<T>(T constant) : IElementTest<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<T> Holds(Vector128<T> elements) => Vector128.Equals(elements, Vector128.Create(constant));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<T> Holds(Vector256<T> elements) => Vector256.Equals(elements, Vector256.Create(constant));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<T> Holds(Vector512<T> elements) => Vector512.Equals(elements, Vector512.Create(constant));
}

/// <summary>The element equals one of a few constants.</summary>
internal readonly unsafe struct FewTest<T>(T* constants, int count) : IElementTest<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<T> Holds(Vector128<T> elements)
    {
        Vector128<T> any = Vector128<T>.Zero;
        for (int i = 0; i < count; i++)
        {
            any |= Vector128.Equals(elements, Vector128.Create(constants[i]));
        }

        return any;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<T> Holds(Vector256<T> elements)
    {
        Vector256<T> any = Vector256<T>.Zero;
        for (int i = 0; i < count; i++)
        {
            any |= Vector256.Equals(elements, Vector256.Create(constants[i]));
        }

        return any;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<T> Holds(Vector512<T> elements)
    {
        Vector512<T> any = Vector512<T>.Zero;
        for (int i = 0; i < count; i++)
        {
            any |= Vector512.Equals(elements, Vector512.Create(constants[i]));
        }

        return any;
    }
}

/// <summary>The element lies between two constants, both included.</summary>
internal readonly struct BetweenTest<T>(T low, T high) : IElementTest<T>
    where T : unmanaged, INumber<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<T> Holds(Vector128<T> elements)
        => Vector128.GreaterThanOrEqual(elements, Vector128.Create(low))
            & Vector128.LessThanOrEqual(elements, Vector128.Create(high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<T> Holds(Vector256<T> elements)
        => Vector256.GreaterThanOrEqual(elements, Vector256.Create(low))
            & Vector256.LessThanOrEqual(elements, Vector256.Create(high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<T> Holds(Vector512<T> elements)
        => Vector512.GreaterThanOrEqual(elements, Vector512.Create(low))
            & Vector512.LessThanOrEqual(elements, Vector512.Create(high));
}

/// <summary>The element is not zero: a code that is not missing, a row with values.</summary>
internal readonly struct NonZeroTest<T> : IElementTest<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<T> Holds(Vector128<T> elements) => ~Vector128.Equals(elements, Vector128<T>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<T> Holds(Vector256<T> elements) => ~Vector256.Equals(elements, Vector256<T>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<T> Holds(Vector512<T> elements) => ~Vector512.Equals(elements, Vector512<T>.Zero);
}

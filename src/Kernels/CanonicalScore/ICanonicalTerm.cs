using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Linr.Kernels;

/// <summary>What one element of a query and of a row adds to a lane of <see cref="CanonicalRows"/>.</summary>
internal interface ICanonicalTerm
{
    static abstract double Add(double sum, double query, double row);

    static abstract Vector256<double> Add(Vector256<double> sum, Vector256<double> query, Vector256<double> row);

    static abstract Vector512<double> Add(Vector512<double> sum, Vector512<double> query, Vector512<double> row);
}

/// <summary>q x. The product of two floats is exact, so that a fused multiply-add changes no bit.</summary>
internal readonly struct ProductTerm : ICanonicalTerm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Add(double sum, double query, double row) => sum + (query * row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Add(Vector256<double> sum, Vector256<double> query, Vector256<double> row)
        => Fma.IsSupported ? Fma.MultiplyAdd(query, row, sum) : sum + (query * row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Add(Vector512<double> sum, Vector512<double> query, Vector512<double> row)
        => Vector512.FusedMultiplyAdd(query, row, sum);
}

/// <summary>x x.</summary>
internal readonly struct SquareTerm : ICanonicalTerm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Add(double sum, double query, double row) => ProductTerm.Add(sum, row, row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Add(Vector256<double> sum, Vector256<double> query, Vector256<double> row)
        => ProductTerm.Add(sum, row, row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Add(Vector512<double> sum, Vector512<double> query, Vector512<double> row)
        => ProductTerm.Add(sum, row, row);
}

/// <summary>(q - x)^2, each step rounded.</summary>
internal readonly struct SquaredDifferenceTerm : ICanonicalTerm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Add(double sum, double query, double row) => sum + ((query - row) * (query - row));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Add(Vector256<double> sum, Vector256<double> query, Vector256<double> row)
        => sum + ((query - row) * (query - row));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Add(Vector512<double> sum, Vector512<double> query, Vector512<double> row)
        => sum + ((query - row) * (query - row));
}

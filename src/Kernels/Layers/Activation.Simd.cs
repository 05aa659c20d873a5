using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace Linr.Kernels.Layers;

public static partial class Activation
{
    private static readonly float[] s_erfOver =
    [
        -2.72614225801306e-10f, 2.77068142495902e-08f, -2.10102402082508e-06f, -5.69250639462346e-05f,
        -7.34990630326855e-04f, -2.95459980854025e-03f, -1.60960333262415e-02f,
    ];

    private static readonly float[] s_erfUnder =
    [
        -1.45660718464996e-05f, -2.13374055278905e-04f, -1.68282697438203e-03f, -7.37332916720468e-03f,
        -1.42647390514189e-02f,
    ];

    /// <summary>max(x, 0), in place.</summary>
    public static void Relu(Span<float> values) => TensorPrimitives.Max(values, 0f, values);

    /// <summary>Hyperbolic tangent, in place.</summary>
    public static void Tanh(Span<float> values) => TensorPrimitives.Tanh<float>(values, values);

    /// <summary>x / (1 + exp(-x)), in place.</summary>
    public static void Silu(Span<float> values)
    {
        Span<float> shares = stackalloc float[256];
        for (; !values.IsEmpty; values = values[Math.Min(shares.Length, values.Length)..])
        {
            Span<float> part = values[..Math.Min(shares.Length, values.Length)];
            TensorPrimitives.Sigmoid<float>(part, shares);
            TensorPrimitives.Multiply(part, shares[..part.Length], part);
        }
    }

    /// <summary>x / 2 (1 + erf(x / sqrt 2)), in place.</summary>
    public static void Gelu(Span<float> values)
    {
        int place = 0;
        for (; place + Vector256<float>.Count <= values.Length; place += Vector256<float>.Count)
        {
            Span<float> part = values.Slice(place, Vector256<float>.Count);
            Gelu(Vector256.Create((ReadOnlySpan<float>)part)).CopyTo(part);
        }

        for (; place < values.Length; place++)
        {
            values[place] = Gelu(Vector256.Create(values[place]))[0];
        }
    }

    private static Vector256<float> Gelu(Vector256<float> x)
    {
        Vector256<float> half = x * Vector256.Create(0.5f);
        return half + (half * Erf(x * Vector256.Create(0.70710678f)));
    }

    // TensorPrimitives has no erf. A quotient of polynomials in x^2 on [-4, 4], where float's erf reaches 1 (the fit
    // that Eigen uses); within 3e-7.
    private static Vector256<float> Erf(Vector256<float> x)
    {
        x = Vector256.Min(Vector256.Max(x, Vector256.Create(-4f)), Vector256.Create(4f));
        Vector256<float> square = x * x;
        return x * Polynomial(square, s_erfOver) / Polynomial(square, s_erfUnder);
    }

    private static Vector256<float> Polynomial(Vector256<float> x, ReadOnlySpan<float> highestFirst)
    {
        Vector256<float> sum = Vector256<float>.Zero;
        foreach (float coefficient in highestFirst)
        {
            sum = (sum * x) + Vector256.Create(coefficient);
        }

        return sum;
    }
}

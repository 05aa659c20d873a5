namespace Linr.Kernels.Layers;

/// <summary>Functions of one element: relu, gelu (by the error function), silu, tanh.</summary>
public static partial class Activation
{
    private const int SeriesTerms = 200;

    /// <summary>max(x, 0).</summary>
    public static float ReluReference(float x) => x > 0 ? x : 0;

    /// <summary>x / 2 (1 + erf(x / sqrt 2)).</summary>
    public static float GeluReference(float x) => (float)(x / 2.0 * (1 + Erf(x / Math.Sqrt(2))));

    /// <summary>x / (1 + exp(-x)).</summary>
    public static float SiluReference(float x) => (float)(x / (1 + Math.Exp(-x)));

    /// <summary>Hyperbolic tangent.</summary>
    public static float TanhReference(float x) => (float)Math.Tanh(x);

    // 2 / sqrt(pi) exp(-x^2) sum 2^n x^(2n+1) / (2n+1)!!, whose terms all have one sign; beyond 6 it is 1 in float64.
    private static double Erf(double x)
    {
        if (Math.Abs(x) > 6)
        {
            return Math.Sign(x);
        }

        double term = x;
        double sum = x;
        for (int n = 1; n < SeriesTerms; n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }
}

using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Linr.Kernels.Similarities;

namespace Linr.Kernels;

/// <summary>
/// The gate's network of a mixture as the second estimate of a device reads it (SimilarityGate.cu): weights in halves, in
/// an order that lays a lane's parts side by side, and how far a gate may be off. docs/cuda-scan.md has the proof.
/// </summary>
internal sealed class MixtureGate
{
    /// <summary>Places of logits, by query component and item component.</summary>
    internal const int Positions = 32;

    /// <summary>Places of a query's component.</summary>
    internal const int ItemPositions = 4;

    /// <summary>Numbers of a query: six that are known of it, two unused, and its part of the gate.</summary>
    internal const int NumberCount = 8 + Positions;

    /// <summary>Bytes of the logits of a row that waits.</summary>
    internal const int EntryBytes = 2 * EntryHalves;

    private const int HiddenMax = 256;
    private const int HiddenStep = 16;
    private const int LanePositions = 8;
    private const int EntryHalves = 40;
    private const int PaddingHalves = 8;
    /// <summary>The gate of a position that is no pair.</summary>
    private const float NoGate = -1e30f;

    private const double HalfRoundoff = 1.0 / (1 << 11);
    private const double HalfSmallest = 1.0 / (1 << 25);
    private const double TanhError = 1.0 / (1 << 11);
    private const double SumRoundoff = 1.0 / (1 << 21);
    private const double Roundoff = 1.0 / (1 << 24);

    /// <summary>The most that SiLU's slope is, rounded up.</summary>
    private const double SiluSlope = 1.1;

    /// <summary>What e^x is off on both sides, as a difference of x, with the rounding of its argument.</summary>
    private const double ExpError = 5e-5;

    /// <summary>Numbers below do not overflow halves.</summary>
    private const double HalfMax = 60_000;

    private readonly double _innerNorm;
    private readonly double _innerLost;
    private readonly double _innerSize;
    private readonly double _innerBias;
    private readonly double _outerNorm;
    private readonly double _outerLost;
    private readonly double _outerBias;
    private readonly int _pairs;
    private readonly int _hidden;

    /// <summary>Prepares a mixture's gate, one that <see cref="Fits"/>.</summary>
    public MixtureGate(MixtureOfLogits mixture)
    {
        (_pairs, _hidden) = (mixture.Shape.Pairs, mixture.Hidden);
        Hidden = (_hidden + HiddenStep - 1) / HiddenStep * HiddenStep;
        var image = new byte[
            (((Hidden * EntryHalves) + (Positions * (Hidden + PaddingHalves))) * 2)
            + ((Hidden + Positions) * sizeof(float))];
        Span<Half> halves = MemoryMarshal.Cast<byte, Half>(image.AsSpan());
        Span<Half> outer = halves[(Hidden * EntryHalves)..];
        Span<float> biases = MemoryMarshal.Cast<byte, float>(
            image.AsSpan(((Hidden * EntryHalves) + (Positions * (Hidden + PaddingHalves))) * 2));
        TensorPrimitives.Multiply(mixture.CrossInnerBias[.._hidden], 0.5f, biases);
        biases.Slice(Hidden, Positions).Fill(NoGate);
        ReadOnlySpan<float> weights = mixture.CrossInner;
        var lost = new float[weights.Length];
        for (int pair = 0; pair < _pairs; pair++)
        {
            int position = PositionOf(mixture.Shape, pair);
            (int inColumns, int inRows) = (InnerColumn(position), OuterRow(position));
            biases[Hidden + position] = mixture.CrossOuterBias[pair];
            double outerLost = 0;
            double outerSize = 0;
            for (int h = 0; h < _hidden; h++)
            {
                float inner = weights[(h * _pairs) + pair];
                float back = mixture.CrossOuter[(pair * _hidden) + h];
                halves[(h * EntryHalves) + inColumns] = (Half)(inner / 2);
                outer[(inRows * (Hidden + PaddingHalves)) + h] = (Half)back;
                lost[(h * _pairs) + pair] = inner - (2 * (float)(Half)(inner / 2));
                outerLost += Square(back - (double)(Half)back);
                outerSize += Square(back);
            }

            _outerNorm = Math.Max(_outerNorm, Math.Sqrt(outerSize));
            _outerLost = Math.Max(_outerLost, Math.Sqrt(outerLost));
            _outerBias = Math.Max(_outerBias, Math.Abs((double)mixture.CrossOuterBias[pair]));
        }

        Image = image;
        _innerLost = SpectralNorm(lost, _hidden, _pairs);
        _innerSize = Norm(weights);
        _innerNorm = SpectralNorm(weights, _hidden, _pairs);
        _innerBias = Norm(mixture.CrossInnerBias[.._hidden]);
    }

    /// <summary>Hidden units, a multiple of a product's rows.</summary>
    public int Hidden { get; }

    /// <summary>
    /// [hidden][40 halves], a column for each position; [position][hidden halves and eight]; [hidden] and [position] floats,
    /// the biases. Half the inner weights and biases: SiLU is x / 2 (1 + tanh(x / 2)).
    /// </summary>
    public ReadOnlyMemory<byte> Image { get; }

    /// <summary>Whether the second estimate takes a mixture's shape.</summary>
    public static bool Fits(MixtureOfLogits mixture)
        => mixture.Shape.QueryComponents <= Positions / ItemPositions && mixture.Shape.ItemComponents <= ItemPositions
            && mixture.Hidden <= HiddenMax;

    /// <summary>Where the logit of a pair of components lies.</summary>
    public static int PositionOf(MixtureShape shape, int pair)
        => (pair / shape.ItemComponents * ItemPositions) + (pair % shape.ItemComponents);

    /// <summary>How far each gate may be off: at logits of norm 0, and more for each unit of their norm.</summary>
    /// <param name="logitsLost">The norm of what logits are off, all of a row together, before they become halves.</param>
    /// <param name="scale">What is kept of logits, as halves, is times this.</param>
    /// <param name="added">The most that the product of a query's and an item's part of a gate is.</param>
    public (double AtZero, double PerNorm) Error(double logitsLost, double scale, double added)
    {
        double none = At(0);
        return (none, At(1) - none);

        // All of it is linear in the norm.
        double At(double norm)
        {
            double lost = (1.01 * logitsLost) + (1.01 * HalfRoundoff * norm)
                + (HalfSmallest * (1 + scale) * Math.Sqrt(_pairs));
            double size = norm + lost;
            double sums = ((_pairs + 64) * SumRoundoff) + ((_pairs + 2) * Roundoff);
            double before = (_innerLost * norm) + (_innerNorm * lost)
                + (sums * (((_innerSize + _innerLost) * size) + _innerBias));
            double hidden = 1.01 * (((_innerNorm + _innerLost) * size) + _innerBias);
            double after = (SiluSlope * before) + (((TanhError / 2) + HalfRoundoff + (8 * SumRoundoff)) * hidden)
                + (HalfSmallest * Math.Sqrt(_hidden));
            double all = (1.01 * hidden) + after;
            sums = ((_hidden + 64) * SumRoundoff) + ((_hidden + 2) * Roundoff);
            return (_outerLost * all) + (_outerNorm * after)
                + (sums * (((_outerNorm + _outerLost) * all) + _outerBias + added)) + ExpError;
        }
    }

    /// <summary>Logits of a smaller norm, all of a row together, overflow nothing.</summary>
    public double NormMax
        => Math.Max(0, Math.Min(HalfMax, (HalfMax - _innerBias) / (1.1 * (_innerNorm + _innerLost + 1e-30))) - 1);

    /// <summary>
    /// No less than the largest singular value, by the sum of their 16th powers: the trace of a power of W'W, in float64.
    /// </summary>
    internal static double SpectralNorm(ReadOnlySpan<float> weights, int rows, int columns)
    {
        double size = Norm(weights);
        if (!(size > 0) || !double.IsFinite(size))
        {
            return size;
        }

        var power = new double[columns * columns];
        for (int row = 0; row < rows; row++)
        {
            for (int i = 0; i < columns; i++)
            {
                double first = weights[(row * columns) + i] / size;
                for (int j = 0; j < columns; j++)
                {
                    power[(i * columns) + j] += first * weights[(row * columns) + j] / size;
                }
            }
        }

        for (int step = 0; step < 2; step++)
        {
            power = Squared(power, columns);
        }

        // The trace of the eighth power is the sum of squares of the fourth's numbers, which is symmetric.
        return 1.0001 * size * Math.Pow(TensorPrimitives.SumOfSquares<double>(power), 1.0 / 16);
    }

    private static double[] Squared(double[] matrix, int n)
    {
        var result = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int k = 0; k < n; k++)
            {
                for (int j = 0; j < n; j++)
                {
                    result[(i * n) + j] += matrix[(i * n) + k] * matrix[(k * n) + j];
                }
            }
        }

        return result;
    }

    /// <summary>
    /// Which column of the first products a position is: a lane's eight are two steps of two pairs of columns, eight apart.
    /// </summary>
    private static int InnerColumn(int position)
    {
        (int lane, int at) = Math.DivRem(position, LanePositions);
        return (at / 4 * 16) + (at / 2 % 2 * 8) + (2 * lane) + (at % 2);
    }

    /// <summary>Which column of the second products, a row of their weights, a position is: pairs, eight apart.</summary>
    private static int OuterRow(int position)
    {
        (int lane, int at) = Math.DivRem(position, LanePositions);
        return (at / 2 * 8) + (2 * lane) + (at % 2);
    }

    private static double Norm(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
        {
            sum += Square(value);
        }

        return Math.Sqrt(sum);
    }

    private static double Square(double value) => value * value;
}

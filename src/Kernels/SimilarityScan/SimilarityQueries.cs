using System.Runtime.InteropServices;
using Linr.Kernels.Similarities;

namespace Linr.Kernels;

/// <summary>
/// Queries as the scan of a device by a learned similarity reads them: columns of the rows' element, what is made of
/// their products, and how far estimates may be off. A column is scaled by a power of two, so that halves neither
/// overflow nor vanish.
/// </summary>
/// <param name="similarity">What scores.</param>
/// <param name="element">What the vectors of items are made of.</param>
internal readonly struct SimilarityQueries(CudaSimilarity similarity, CudaElement element)
{
    private const double SumRoundoff = 1.0 / (1 << 21);
    private const double Roundoff = 1.0 / (1 << 24);
    private const int ExponentMax = 40;

    /// <summary>
    /// Mixtures whose error is a larger share of what logits may be are no reason to raise a cut: their logits are.
    /// </summary>
    private const double SureShare = 1.0 / 256;

    private readonly SimilarityLayout _layout = new(similarity, element);

    private bool IsNetwork => similarity.Kind == CudaSimilarityKind.Hadamard;

    /// <summary>Prepares queries' halves for whole logits: as the processor packs them, without its order.</summary>
    /// <param name="queries">[query][QueryWidth].</param>
    /// <param name="originals">[query][QueryWidth] takes them.</param>
    public void Prepare(ReadOnlySpan<float> queries, Span<float> originals)
    {
        queries.CopyTo(originals);
        if (similarity.Similarity is MixtureOfLogits mixture)
        {
            int width = mixture.QueryWidth;
            int components = mixture.Shape.QueryComponents * mixture.Shape.Dim;
            for (int i = 0; i < queries.Length; i++)
            {
                originals[i] = i % width < components ? queries[i] / mixture.Shape.Temperature : queries[i];
            }
        }
    }

    /// <summary>Packs one prepared query.</summary>
    /// <param name="query">[QueryWidth], as <see cref="Prepare"/> wrote it.</param>
    /// <param name="normMax">No item's vectors have a larger norm, all of a row together.</param>
    /// <param name="gateNormMax">No item's part of a mixture's gate has a larger norm.</param>
    /// <param name="packed">[<see cref="SimilarityLayout.QueryBytes"/>].</param>
    /// <returns>
    /// How far a survivor's score may be from its logit: 0 of a mixture, whose survivors have their logits. Not finite
    /// where scores do not fit floats.
    /// </returns>
    public float Pack(ReadOnlySpan<float> query, double normMax, double gateNormMax, Span<byte> packed)
    {
        packed.Clear();
        Span<float> numbers = MemoryMarshal.Cast<byte, float>(packed[(_layout.Columns * _layout.ColumnBytes)..]);
        return IsNetwork
            ? PackNetwork(query, normMax, packed, numbers)
            : PackMixture(query, normMax, gateNormMax, packed, numbers);
    }

    /// <summary>
    /// A hidden unit's product is off by what its column lost when it was rounded, and by what both sides' sums round;
    /// ReLU makes no difference larger; and the outer sums of both sides round.
    /// </summary>
    private float PackNetwork(ReadOnlySpan<float> query, double normMax, Span<byte> packed, Span<float> numbers)
    {
        var network = (HadamardMlp)similarity.Similarity;
        Span<float> column = stackalloc float[query.Length];
        double error = 0;
        double size = Math.Abs(network.OuterBias);
        for (int m = 0; m < network.Hidden; m++)
        {
            for (int d = 0; d < column.Length; d++)
            {
                column[d] = network.Inner[(m * column.Length) + d] * query[d];
            }

            (double norm, double lost, int exponent) = Write(column, null, packed.Slice(m * _layout.ColumnBytes, _layout.ColumnBytes));
            double bias = network.InnerBias[m];
            double outer = Math.Abs(network.Outer[m]);
            double sum = (norm * normMax) + Math.Abs(bias);
            error += outer * ((lost * normMax) + (sum * SumError));
            size += outer * sum;
            Span<float> own = numbers[(4 * (m / 2))..];
            own[m % 2] = (float)Math.ScaleB(bias, exponent);
            own[2 + (m % 2)] = (float)Math.ScaleB(network.Outer[m], -exponent);
        }

        numbers[2 * _layout.Columns] = network.OuterBias;
        return (float)((1.01 * (error + (2 * (network.Hidden + 8) * Roundoff * size))) + 1e-30);
    }

    private float PackMixture(
        ReadOnlySpan<float> query, double normMax, double gateNormMax, Span<byte> packed, Span<float> numbers)
    {
        int dim = similarity.Width;
        double largest = 0;
        double sum = 0;
        for (int i = 0; i < similarity.QueryComponents; i++)
        {
            double norm = Norm(query.Slice(i * dim, dim));
            largest = Math.Max(largest, norm);
            sum += norm * norm;
        }

        int scale = ExponentOf(largest);
        double lostMost = 0;
        double lostSum = 0;
        for (int column = 0; column < _layout.Columns; column++)
        {
            // What fills fragments up changes no maximum.
            int component = column < similarity.QueryComponents ? column : 0;
            (_, double lost, _) = Write(
                query.Slice(component * dim, dim), scale, packed.Slice(column * _layout.ColumnBytes, _layout.ColumnBytes));
            lostMost = Math.Max(lostMost, lost);
            lostSum += component == column ? lost * lost : 0;
        }

        double error = 1.01 * normMax * (lostMost + (largest * (SumError + (8 * Roundoff))));
        numbers[0] = (float)Math.ScaleB(1, -scale);
        numbers[1] = (float)(error + 1e-30);
        if (_layout.IsGated)
        {
            // What a query's components lost meets each of a row's components: norms of all of them together.
            double lostAll = normMax * (Math.Sqrt(lostSum) + (Math.Sqrt(sum) * (SumError + (8 * Roundoff))));
            numbers[1] += (float)Math.ScaleB(1, -scale - 24);
            PackGate(query[(similarity.QueryComponents * dim)..], lostAll, gateNormMax, numbers);
            numbers[5] = (float)(SureShare * largest * normMax);
        }

        return double.IsFinite(error) && error < float.MaxValue ? 0 : float.PositiveInfinity;
    }

    /// <summary>What SimilarityGate.cu calls GateNumbers, from the third on, and the query's part of the gate.</summary>
    private void PackGate(ReadOnlySpan<float> own, double lost, double gateNormMax, Span<float> numbers)
    {
        MixtureGate gate = similarity.Gate!;
        MixtureShape shape = ((MixtureOfLogits)similarity.Similarity).Shape;
        double most = 0;
        for (int pair = 0; pair < own.Length; pair++)
        {
            most = Math.Max(most, Math.Abs(own[pair]));
            numbers[8 + MixtureGate.PositionOf(shape, pair)] = own[pair];
        }

        (double atZero, double perNorm) = gate.Error(lost, numbers[0], most * gateNormMax);
        numbers[2] = (float)(1.001 * atZero);
        numbers[3] = (float)(1.001 * perNorm);
        numbers[4] = (float)gate.NormMax;
    }

    /// <summary>
    /// What a sum of products loses, of the sizes of what it adds: rows and columns that are cut to tf32, the tensor
    /// cores' sum (as <see cref="PackedQueries.Error"/>), and the processor's chain of fused steps.
    /// </summary>
    private double SumError => (element == CudaElement.Float32 ? 2.04 / (1 << 10) : 0)
        + ((similarity.Width + 64) * SumRoundoff) + ((similarity.Width + 2) * Roundoff);

    /// <summary>Writes a column times a power of two; its norm, and the norm of what was rounded away.</summary>
    private (double Norm, double Lost, int Exponent) Write(ReadOnlySpan<float> column, int? scale, Span<byte> packed)
    {
        double norm = Norm(column);
        int exponent = scale ?? ExponentOf(norm);
        Span<float> scaled = stackalloc float[column.Length];
        Span<float> written = stackalloc float[column.Length];
        for (int d = 0; d < column.Length; d++)
        {
            scaled[d] = (float)Math.ScaleB(column[d], exponent);
        }

        PackedQueries.Write(scaled, element, packed, written);
        double lost = 0;
        for (int d = 0; d < column.Length; d++)
        {
            double difference = column[d] - Math.ScaleB(written[d], -exponent);
            lost += difference * difference;
        }

        return (norm, Math.Sqrt(lost), exponent);
    }

    private static double Norm(ReadOnlySpan<float> values) => Math.Sqrt(CanonicalScore.Dot(values, values));

    private static int ExponentOf(double norm)
        => norm is > 0 and < double.PositiveInfinity ? Math.Clamp(-Math.ILogB(norm), -ExponentMax, ExponentMax) : 0;
}

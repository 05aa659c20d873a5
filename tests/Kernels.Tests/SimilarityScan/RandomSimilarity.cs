using Linr.Kernels.Similarities;

namespace Linr.Kernels.Tests.SimilarityScan;

/// <summary>Similarities with random weights.</summary>
internal static class RandomSimilarity
{
    public static HadamardMlp Hadamard(Random random, int width, int hidden)
        => new(Weights(random, width * hidden, 1), Weights(random, hidden, 0.5f), Weights(random, hidden, 1), 0.25f);

    /// <summary>
    /// A mixture; the larger the gate, the more it prefers single logits, and the looser the largest bounds.
    /// </summary>
    public static MixtureOfLogits Mixture(Random random, MixtureShape shape, int hidden, float gate)
        => new(
            shape,
            Weights(random, hidden * shape.Pairs, 0.3f),
            Weights(random, hidden, 0.3f),
            Weights(random, hidden * shape.Pairs, gate),
            Weights(random, shape.Pairs, gate));

    public static float[] Weights(Random random, int count, float size)
        => [.. Enumerable.Range(0, count).Select(_ => ((random.NextSingle() * 2) - 1) * size)];

    /// <summary>Components of norm 1.</summary>
    public static void Normalise(Span<float> components, int dim)
    {
        for (; components.Length >= dim; components = components[dim..])
        {
            double norm = 0;
            foreach (float value in components[..dim])
            {
                norm += (double)value * value;
            }

            foreach (ref float value in components[..dim])
            {
                value = (float)(value / Math.Sqrt(norm));
            }
        }
    }
}

using Linr.Kernels;

namespace Linr.Engine.Diversity;

/// <summary>
/// Picks hits that are good and unlike each other (Carbonell and Goldstein, SIGIR 1998). Similarities are canonical
/// cosines, so that the picks do not depend on the processor.
/// </summary>
internal static class MaximalMarginalRelevance
{
    /// <summary>Picks up to K of M candidates.</summary>
    /// <param name="scores">M scores, best first.</param>
    /// <param name="embeddings">M x D, row-major.</param>
    /// <param name="dim">D.</param>
    /// <param name="lambda">1 is relevance alone, 0 diversity alone.</param>
    /// <param name="picks">K positions of candidates, in the order they were picked.</param>
    /// <returns>How many were picked: K, or M when there are fewer.</returns>
    public static int Pick(
        ReadOnlySpan<float> scores, ReadOnlySpan<float> embeddings, int dim, float lambda, Span<int> picks)
    {
        int count = Math.Min(picks.Length, scores.Length);
        if (count == 0)
        {
            return 0;
        }

        double best = scores[0];
        double range = best - scores[^1];
        var nearest = new double[scores.Length];
        var squared = new double[scores.Length];
        var taken = new bool[scores.Length];
        Array.Fill(nearest, double.NegativeInfinity);
        for (int i = 0; i < scores.Length; i++)
        {
            ReadOnlySpan<float> row = embeddings.Slice(i * dim, dim);
            squared[i] = CanonicalScore.Dot(row, row);
        }

        for (int pick = 0; pick < count; pick++)
        {
            int chosen = -1;
            double chosenValue = double.NegativeInfinity;
            for (int i = 0; i < scores.Length; i++)
            {
                double relevance = range > 0 ? (scores[i] - scores[^1]) / range : 1;
                double similarity = pick == 0 ? 0 : nearest[i];
                double value = (lambda * relevance) - ((1 - lambda) * similarity);
                if (!taken[i] && value > chosenValue)
                {
                    chosen = i;
                    chosenValue = value;
                }
            }

            taken[chosen] = true;
            picks[pick] = chosen;
            Approach(embeddings, dim, chosen, squared, nearest);
        }

        return count;
    }

    /// <summary>Raises each candidate's similarity to the nearest pick by the newest pick.</summary>
    private static void Approach(ReadOnlySpan<float> embeddings, int dim, int pick, double[] squared, double[] nearest)
    {
        ReadOnlySpan<float> picked = embeddings.Slice(pick * dim, dim);
        for (int i = 0; i < nearest.Length; i++)
        {
            double dot = CanonicalScore.Dot(picked, embeddings.Slice(i * dim, dim));
            nearest[i] = Math.Max(nearest[i], CanonicalScore.Cosine(dot, squared[pick], squared[i]));
        }
    }
}

using Linr.Kernels;
using Linr.Kernels.Similarities;

namespace Linr.Bench.Device;

/// <summary>A search by a learned similarity that is measured.</summary>
/// <param name="Name">As reports name it.</param>
/// <param name="Similarity">What scores.</param>
/// <param name="Halves">The embeddings of <see cref="SimilarityRows"/> that are the items' halves.</param>
/// <param name="FirstStage">Rows of a first stage; 0: none.</param>
/// <param name="Goals">Batch sizes, and the milliseconds to reach at 15.5 million rows on one H200, if any.</param>
internal sealed record SimilarityCase(
    string Name,
    LearnedSimilarity Similarity,
    int[] Halves,
    int FirstStage,
    IReadOnlyList<(int Batch, double? GoalMs)> Goals)
{
    private const int Pairs = SimilarityRows.QueryComponents * SimilarityRows.ItemComponents;
    private const int NetworkHidden = 10;
    private const int MixtureHidden = 128;
    private const float Temperature = 0.05f;

    /// <summary>
    /// All of them, at the published sizes. A mixture's gate decides how tight its bound is: one that prefers the
    /// larger logits, and one that prefers none, so that every row has to be looked at.
    /// </summary>
    public static IReadOnlyList<SimilarityCase> All()
    {
        int[] mixture = [SimilarityRows.Components, SimilarityRows.Gate];
        return
        [
            new("hadamard", Network(), [SimilarityRows.Network], 0, [(1, 0.6), (16, 1.3), (64, null)]),
            new("mixture, gate of the largest logits", Mixture(preference: 2), mixture, 0, [(1, null), (16, null)]),
            new("mixture, even gate", Mixture(preference: 0), mixture, 0, [(1, null), (16, null)]),
            new("mixture of 100,000", Mixture(preference: 0), mixture, 100_000, [(1, 3.0), (16, null)]),
        ];
    }

    /// <summary>Queries' halves.</summary>
    public float[] Queries(SimilarityRows rows, long first, int count)
    {
        if (Similarity is HadamardMlp)
        {
            return rows.Vectors(SimilarityRows.NetworkWidth, first, count, seed: 11);
        }

        const int Components = SimilarityRows.QueryComponents;
        const int Floats = Components * SimilarityRows.ComponentDim;
        float[] components = rows.Vectors(
            SimilarityRows.ComponentDim, first * Components, count * Components, seed: 12);
        float[] gates = rows.Vectors(Pairs, first, count, seed: 13);
        var halves = new float[count * Similarity.QueryWidth];
        for (int query = 0; query < count; query++)
        {
            components.AsSpan(query * Floats, Floats).CopyTo(halves.AsSpan(query * Similarity.QueryWidth));
            gates.AsSpan(query * Pairs, Pairs).CopyTo(halves.AsSpan((query * Similarity.QueryWidth) + Floats));
        }

        return halves;
    }

    /// <summary>Bytes of rows that a search reads.</summary>
    public double Bytes(CudaTable table, double found)
    {
        double halves = Halves.Sum(half => table.Embeddings[half].RowBytes);
        return FirstStage == 0
            ? (double)table.RowCount * table.Embeddings[Halves[0]].RowBytes
            : ((double)table.RowCount * table.Embeddings[SimilarityRows.FirstStage].RowBytes) + (found * halves);
    }

    private static HadamardMlp Network()
    {
        var random = new Random(3);
        return new HadamardMlp(
            Weights(random, NetworkHidden * SimilarityRows.NetworkWidth, 4),
            Weights(random, NetworkHidden, 0.1f),
            Weights(random, NetworkHidden, 1),
            0.1f);
    }

    /// <summary>A gate that is a multiple of each logit (silu(x) - silu(-x) = x), and a little noise.</summary>
    private static MixtureOfLogits Mixture(float preference)
    {
        var random = new Random(4);
        float[] inner = Weights(random, MixtureHidden * Pairs, 0.05f);
        float[] outer = Weights(random, Pairs * MixtureHidden, 0.05f);
        for (int pair = 0; pair < Pairs; pair++)
        {
            inner[(pair * Pairs) + pair] += 1;
            inner[((Pairs + pair) * Pairs) + pair] -= 1;
            outer[(pair * MixtureHidden) + pair] += preference;
            outer[(pair * MixtureHidden) + Pairs + pair] -= preference;
        }

        return new MixtureOfLogits(
            new MixtureShape(
                SimilarityRows.QueryComponents,
                SimilarityRows.ItemComponents,
                SimilarityRows.ComponentDim,
                Temperature),
            inner,
            Weights(random, MixtureHidden, 0.05f),
            outer,
            Weights(random, Pairs, 0.05f));
    }

    private static float[] Weights(Random random, int count, float size)
        => [.. Enumerable.Range(0, count).Select(_ => ((random.NextSingle() * 2) - 1) * size)];
}

using System.Numerics.Tensors;
using Linr.Training.Data;
using static TorchSharp.torch;

namespace Linr.Training.Embeddings;

/// <summary>
/// Embeds items by who chose them: a light graph convolution over the bipartite graph of users and items (He et al.,
/// LightGCN, arXiv 2002.02126), in closed form. Without weights of its own a convolution only keeps what is smooth on
/// the graph, which is the leading singular vectors of the interactions, each divided by the square roots of its user's
/// and its item's degree (Shen et al., arXiv 2108.07567); so a factorisation of that matrix is its limit, without a
/// learning rate and in a few passes.
/// </summary>
internal static class GraphEmbedding
{
    private const int Neighbours = 10;

    /// <summary>Rows of all items, row r of the catalogue at r * <paramref name="dim"/>.</summary>
    /// <param name="data">The interactions; those that are trained on are read.</param>
    /// <param name="dim">Width.</param>
    /// <param name="smoothing">
    /// The power of the singular values that scales a direction: how much smoother ones count.
    /// </param>
    /// <param name="content">
    /// An embedding of all items, of norm 1, and its width: an item without interactions gets the mean of those of its
    /// nearest items with some, by this embedding's cosine.
    /// </param>
    /// <param name="seed">Draws the start.</param>
    /// <param name="device">Where it is computed.</param>
    public static float[] Rows(
        InteractionDataset data,
        int dim,
        double smoothing,
        (ReadOnlyMemory<float> Rows, int Dim) content,
        long seed,
        Device device)
    {
        int[] counts = data.TrainingCounts();
        var matrix = new SparseMatrix(counts.Length, data.UserCount);
        for (int user = 0; user < data.UserCount; user++)
        {
            ReadOnlySpan<int> items = data.TrainingItemsOf(user);
            foreach (int item in items)
            {
                matrix.Add(item, user, 1 / MathF.Sqrt((float)items.Length * counts[item]));
            }
        }

        (float[] rows, float[] values) = matrix.Factorise(dim, seed, device);
        float[] scales = Array.ConvertAll(values, value => value > 0 ? (float)Math.Pow(value, smoothing - 1) : 0);
        for (int row = 0; row < counts.Length; row++)
        {
            Span<float> own = rows.AsSpan(row * dim, dim);
            TensorPrimitives.Multiply(own, scales, own);
            Kernels.Layers.L2Normalise.Run(own, dim);
        }

        FillCold(rows, dim, counts, content);
        return rows;
    }

    // Cohorts: what the users of similar items have in common stands for the users that an item does not have yet.
    private static void FillCold(
        float[] rows, int dim, int[] counts, (ReadOnlyMemory<float> Rows, int Dim) content)
    {
        int[] warm = [.. Enumerable.Range(0, counts.Length).Where(row => counts[row] > 0)];
        Parallel.ForEach(Enumerable.Range(0, counts.Length).Where(row => counts[row] == 0), cold =>
        {
            ReadOnlySpan<float> own = content.Rows.Span.Slice(cold * content.Dim, content.Dim);
            var nearest = new PriorityQueue<int, float>();
            foreach (int row in warm)
            {
                float cosine = TensorPrimitives.Dot(own, content.Rows.Span.Slice(row * content.Dim, content.Dim));
                if (cosine > 0 && nearest.Count < Neighbours)
                {
                    nearest.Enqueue(row, cosine);
                }
                else if (cosine > 0)
                {
                    nearest.EnqueueDequeue(row, cosine);
                }
            }

            Span<float> filled = rows.AsSpan(cold * dim, dim);
            while (nearest.TryDequeue(out int row, out float cosine))
            {
                TensorPrimitives.MultiplyAdd(rows.AsSpan(row * dim, dim), cosine, filled, filled);
            }
        });
    }
}

using Linr.Training.Data;
using static TorchSharp.torch;

namespace Linr.Training.Embeddings;

/// <summary>
/// Embeds items by their words alone: the leading singular vectors of their bags of tokens (latent semantic analysis,
/// Deerwester et al. 1990), each token weighed by its rarity, each bag of norm 1. It knows of no interaction, so that an
/// item that nobody chose yet is as well placed as any.
/// </summary>
internal static class TextEmbedding
{
    /// <summary>Rows of all items, row r of the catalogue at r * <paramref name="dim"/>.</summary>
    /// <exception cref="ArgumentException">Items have no text and no keyword feature.</exception>
    public static float[] Rows(ItemCatalogue catalogue, int dim, long seed, Device device)
    {
        var tokens = new ContentTokens(catalogue);
        if (!tokens.HasFields)
        {
            throw new ArgumentException(
                "Expected items with text or keyword features for an embedding of their text; found none.",
                nameof(catalogue));
        }

        var columns = new Dictionary<int, int>();
        foreach (int token in tokens.Bags.Codes)
        {
            columns.TryAdd(token, columns.Count);
        }

        var matrix = new SparseMatrix(catalogue.Count, Math.Max(1, columns.Count));
        for (int item = 0; item < catalogue.Count; item++)
        {
            (int Token, float Weight)[] bag =
            [
                .. tokens.Bags[item].ToArray().GroupBy(token => token)
                    .Select(token => (token.Key, token.Count() * tokens.Rarity[token.Key])),
            ];
            float length = MathF.Sqrt(bag.Sum(token => token.Weight * token.Weight));
            foreach ((int token, float weight) in bag.Where(token => token.Weight > 0))
            {
                matrix.Add(item, columns[token], weight / length);
            }
        }

        return matrix.Factorise(dim, seed, device).Rows;
    }
}

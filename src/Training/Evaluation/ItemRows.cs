using Linr.Index;
using Linr.Index.Embeddings;
using Linr.Training.Data;

namespace Linr.Training.Evaluation;

/// <summary>Embeddings of a model in the order of a data set's items.</summary>
internal static class ItemRows
{
    /// <summary>Reads an embedding, [items, D]; zeros for an item that the model does not have.</summary>
    /// <exception cref="ArgumentException">The model has no such embedding.</exception>
    public static float[] Read(ItemTable table, string embedding, ItemCatalogue catalogue)
    {
        EmbeddingColumn column = table.FindEmbedding(embedding)
            ?? throw new ArgumentException(
                $"Expected an embedding \"{embedding}\" in the model; found none.", nameof(table));
        int dim = column.Schema.Dim;
        float[] items = new float[(long)catalogue.Count * dim];
        for (int row = 0; row < catalogue.Count; row++)
        {
            if (table.IdMap.TryFind(catalogue.Ids[row], out uint found))
            {
                column.Read(found, items.AsSpan(row * dim, dim));
            }
        }

        return items;
    }
}

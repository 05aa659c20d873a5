using Linr.Training.Data;
using Linr.Training.Torch;

namespace Linr.Training.Embeddings;

/// <summary>Gives a trained model further embeddings of its items: made from the data, or such as the items have.</summary>
public static class EmbeddingTrainer
{
    /// <summary>The embedding of who chose what.</summary>
    public const string Graph = "graph";

    /// <summary>The embedding of the items' words.</summary>
    public const string Text = "text";

    // LightGCN's mean over its layers weighs a direction by the sum of even powers of its singular value.
    private const double Smoothing = 1;

    /// <summary>Gives an embedding to the model, under this name.</summary>
    /// <param name="model">The model, whose data are read; it needs libtorch loaded, as training leaves it.</param>
    /// <param name="kind">
    /// <see cref="Graph"/> or <see cref="Text"/>, or the name of an embedding that the items come with.
    /// </param>
    /// <param name="dim">Width; null: that of the towers, or the one that the items come with.</param>
    /// <exception cref="ArgumentException">
    /// The kind is unknown, the model has it, its items have no words, or come with another width.
    /// </exception>
    public static void Add(TrainedModel model, string kind, int? dim = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        TrainingOptions options = model.Run.Options;
        EmbeddingSchema? given = kind is Graph or Text ? null : model.Data.Catalogue.Schema.FindEmbedding(kind);
        int width = dim ?? given?.Dim ?? options.Dim;
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        TorchSharp.torch.Device device = TorchLibrary.Device(options.Device);
        float[] rows = kind switch
        {
            Graph => GraphEmbedding.Rows(
                model.Data, width, Smoothing, (model.ItemEmbeddings, options.Dim), options.Seed, device),
            Text => TextEmbedding.Rows(model.Data.Catalogue, width, options.Seed, device),
            _ when given is not null && given.Dim == width => Given(model.Data.Catalogue, given),
            _ => throw new ArgumentException(Expected(model.Data.Catalogue.Schema, kind, width), nameof(kind)),
        };
        model.Add(new ItemEmbedding(kind, width, rows, model.Data.TrainingCounts(), options.HistoryLength));
    }

    // Zeros where an item comes without.
    private static float[] Given(ItemCatalogue catalogue, EmbeddingSchema embedding)
    {
        float[] rows = new float[catalogue.Count * embedding.Dim];
        int row = 0;
        foreach (Item item in catalogue.Items)
        {
            if (item.Embeddings.TryGetValue(embedding.Name, out ReadOnlyMemory<float> values))
            {
                values.Span.CopyTo(rows.AsSpan(row * embedding.Dim, embedding.Dim));
            }

            row++;
        }

        return rows;
    }

    private static string Expected(Schema schema, string kind, int width)
    {
        IEnumerable<string> known = schema.Embeddings.Select(one => $"{one.Name} of {one.Dim}").Prepend(Text).Prepend(Graph);
        return $"Expected one of {string.Join(", ", known)}; found \"{kind}\" of {width}.";
    }
}

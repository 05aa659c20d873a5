using Linr.Engine.Towers;
using Linr.Index;
using Linr.Index.ModelFiles;
using Linr.Layers;
using Linr.ModelFile;
using Linr.Rankers;
using Linr.Training.Data;
using Linr.Training.Embeddings;
using Linr.Training.Rankers;
using Linr.Training.Similarities;
using Linr.Training.Torch;

namespace Linr.Training;

/// <summary>Writes a trained model as a model file: all items with their embeddings, and the towers.</summary>
public static class ModelExporter
{
    private const int BatchItems = 4_096;

    /// <summary>Writes the file in one step.</summary>
    /// <param name="model">The trained model.</param>
    /// <param name="path">The file.</param>
    /// <param name="version">What the owner calls this version.</param>
    /// <param name="metric">How the embedding is scored; the towers give normalised ones.</param>
    /// <param name="rowType">How its rows are stored.</param>
    /// <param name="codes">Codes to keep beside them, or null.</param>
    /// <param name="copy">How to store them a second time in fewer bytes, or null.</param>
    /// <param name="similarities">Learned similarities of the model, which are written with it; null for none.</param>
    /// <param name="ranker">A ranker of the model, which is written with it; null for none.</param>
    /// <exception cref="ArgumentException">The ranker is of rows that are stored otherwise, or of another metric.</exception>
    /// <exception cref="SchemaException">There is no such copy of such rows.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="ItemException">An item does not fit the schema.</exception>
    public static void Write(
        TrainedModel model,
        string path,
        string version = "",
        Metric metric = Metric.Cosine,
        RowType rowType = RowType.Float32,
        EmbeddingCodes? codes = null,
        RowType? copy = null,
        IReadOnlyList<TrainedSimilarity>? similarities = null,
        TrainedRanker? ranker = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ranker?.ThrowIfNotOf(rowType, metric, similarities);
        ItemCatalogue catalogue = model.Data.Catalogue;
        string name = model.Run.Options.Embedding;
        int dim = model.Run.Options.Dim;
        Schema schema = catalogue.Schema with
        {
            Embeddings =
            [
                .. catalogue.Schema.Embeddings.Where(
                    one => one.Name != name && model.Embeddings.All(made => made.Name != one.Name)),
                new EmbeddingSchema(name, dim, metric, rowType, codes, copy),
                .. model.Embeddings.Select(one => new EmbeddingSchema(one.Name, one.Dim, Metric.Cosine)),
                .. (similarities ?? []).SelectMany(similarity => similarity.Embeddings),
                .. ranker is null ? Array.Empty<EmbeddingSchema>() : [ranker.Embedding],
            ],
        };
        using var builder = new ItemTableBuilder(schema);
        foreach (Item[] batch in catalogue.Items.Chunk(BatchItems))
        {
            uint first = (uint)builder.Rows;
            builder.Append(batch);
            builder.SetEmbeddings(name, first, model.ItemEmbeddings.Span.Slice((int)first * dim, batch.Length * dim));
        }

        foreach (ItemEmbedding one in model.Embeddings)
        {
            builder.SetEmbeddings(one.Name, 0, one.Rows.Span);
        }

        foreach (TrainedSimilarity similarity in similarities ?? [])
        {
            foreach ((EmbeddingSchema half, float[] rows) in similarity.Embeddings.Zip(similarity.ItemHalves()))
            {
                builder.SetEmbeddings(half.Name, 0, rows);
            }
        }

        if (ranker is not null)
        {
            builder.SetEmbeddings(ranker.Embedding.Name, 0, ranker.ItemHalves());
        }

        using ItemTable items = builder.Build();
        ModelWriter.Write(path, new ModelContents
        {
            Items = items,
            Version = version,
            LayersJson = model.Layers.ToJson(),
            SimilaritiesJson = new SimilarityList([.. (similarities ?? []).Select(one => one.Spec)]).ToJson(),
            RankersJson = ranker is null ? "[]" : new RankerList([ranker.Spec]).ToJson(),
            Tensors =
            [
                .. Tensors(model),
                .. model.Embeddings.SelectMany(one => one.Tensors()),
                .. (similarities ?? []).SelectMany(similarity => similarity.Tensors()),
                .. ranker is null ? [] : ranker.Tensors(IdsByKey(model)),
            ],
        });
    }

    private static IEnumerable<TensorSource> Tensors(TrainedModel model)
    {
        (long[] keys, int[] order) = IdsByKey(model);
        foreach (LayerSpec layer in model.Model.Layers.Towers.SelectMany(tower => tower.Layers))
        {
            bool isKeyed = layer.Tensors.ContainsKey("keys");
            foreach ((string _, string name) in layer.Tensors.Where(pair => pair.Key is "weight" or "bias" or "query"))
            {
                TorchSharp.torch.Tensor value = model.Model.Weights[name].Value;
                yield return isKeyed ? TensorBytes.Source(name, value, order) : TensorBytes.Source(name, value);
            }

            if (isKeyed)
            {
                yield return TensorSource.Of(layer.Tensors["keys"], TensorType.Int64, [keys.Length], keys);
            }
            else if (layer.Kind == LayerKind.KeywordBag)
            {
                Vocabulary vocabulary = model.Model.Vocabularies[layer.Tensors["weight"]];
                (byte[] bytes, long[] starts) = vocabulary.ToTensors();
                yield return TensorSource.Of(layer.Tensors["value_bytes"], TensorType.UInt8, [bytes.Length], bytes);
                yield return TensorSource.Of(layer.Tensors["value_starts"], TensorType.Int64, [starts.Length], starts);
            }
        }
    }

    // Of the items that have id embeddings.
    private static (long[] Keys, int[] Order) IdsByKey(TrainedModel model)
    {
        int[] order = [.. Enumerable.Range(0, model.Data.Catalogue.Count).Where(row => model.Model.HasId[row])];
        long[] keys = Array.ConvertAll(order, row => model.Data.Catalogue.Ids[row].Key);
        Array.Sort(keys, order);
        return (keys, order);
    }
}

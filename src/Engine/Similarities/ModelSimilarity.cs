using System.Collections.Concurrent;
using System.Collections.Immutable;
using Linr.Engine.Towers;
using Linr.Index.Embeddings;
using Linr.Index.ModelFiles;
using Linr.Kernels.Similarities;
using Linr.Layers;
using Linr.ModelFile;

namespace Linr.Engine.Similarities;

/// <summary>
/// A learned similarity of an open model: its weights, the head that makes queries' halves, and the embeddings that
/// hold items' halves. The model must outlive it. Safe for concurrent use.
/// </summary>
public sealed class ModelSimilarity : IDisposable
{
    private readonly Tower _head;
    private readonly ConcurrentBag<TowerBatch> _batches = [];

    private ModelSimilarity(SimilaritySpec spec, LearnedSimilarity similarity, Tower head)
    {
        Spec = spec;
        Similarity = similarity;
        _head = head;
    }

    /// <summary>How the model file lists it.</summary>
    public SimilaritySpec Spec { get; }

    /// <summary>What scores the halves.</summary>
    public LearnedSimilarity Similarity { get; }

    /// <summary>The embeddings whose queries it reads; a first stage is by the first.</summary>
    public ImmutableArray<string> QueryEmbeddings => Spec.QueryEmbeddings;

    /// <summary>The embeddings that hold the items' halves.</summary>
    public IEnumerable<string> ItemEmbeddings => Spec.Items.Select(head => head.Embedding);

    /// <summary>The similarities of a model, in its order.</summary>
    /// <exception cref="LayerException">One is unknown, or its weights, heads or embeddings do not fit each
    /// other.</exception>
    public static ImmutableArray<ModelSimilarity> LoadAll(LoadedModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return [.. SimilarityList.Parse(model.SimilaritiesJson).Similarities.Select(spec => Load(model, spec))];
    }

    /// <summary>Halves of queries, one after the other.</summary>
    /// <param name="queries">The embeddings of each, in the order of <see cref="QueryEmbeddings"/>.</param>
    /// <exception cref="ArgumentException">One is missing or of another width.</exception>
    public float[] QueryHalves(IEnumerable<IReadOnlyList<ReadOnlyMemory<float>>> queries)
    {
        ArgumentNullException.ThrowIfNull(queries);
        if (!_batches.TryTake(out TowerBatch? batch))
        {
            batch = _head.CreateBatch();
        }

        batch.Clear();
        foreach (IReadOnlyList<ReadOnlyMemory<float>> embeddings in queries)
        {
            batch.AddEmbeddings(embeddings);
        }

        var halves = new float[batch.Count * _head.Spec.Dim];
        _head.Embed(batch, halves);
        _batches.Add(batch);
        return halves;
    }

    /// <inheritdoc/>
    public void Dispose() => _head.Dispose();

    private static ModelSimilarity Load(LoadedModel model, SimilaritySpec spec)
    {
        LearnedSimilarity similarity = SimilarityKernel.Create(spec, role => Floats(model, spec, role));
        ThrowIfNot(spec, "a query's half", spec.Query.Dim, similarity.QueryWidth);
        for (int half = 0; half < spec.Items.Length; half++)
        {
            TowerSpec head = spec.Items[half];
            EmbeddingColumn column = model.Items.FindEmbedding(head.Embedding)
                ?? throw new LayerException(
                    $"Similarity \"{spec.Name}\": expected an embedding \"{head.Embedding}\"; found none.");
            if (column.Schema is not { Metric: Metric.Dot, RowType: not RowType.None })
            {
                throw new LayerException(
                    $"Similarity \"{spec.Name}\": expected rows of \"{head.Embedding}\" as they are, with the metric dot; "
                    + $"found {column.Schema.RowType} with {column.Schema.Metric}.");
            }

            ThrowIfNot(spec, $"rows of \"{head.Embedding}\"", column.Schema.Dim, similarity.ItemWidths[half]);
        }

        ThrowIfSourcesAreMissing(model, spec);
        return new ModelSimilarity(spec, similarity, Tower.Load(model, spec.Query));
    }

    private static void ThrowIfSourcesAreMissing(LoadedModel model, SimilaritySpec spec)
    {
        foreach (LayerSpec source in spec.Query.Layers.Where(layer => layer.Kind == LayerKind.Embedding))
        {
            EmbeddingColumn? column = model.Items.FindEmbedding(source.Field!);
            if (column is null || column.Schema.Dim != source.Numbers["dim"])
            {
                throw new LayerException(
                    $"Similarity \"{spec.Name}\": expected an embedding \"{source.Field}\" of dim "
                    + $"{source.Numbers["dim"]}; found {(column is null ? "none" : $"{column.Schema.Dim}")}.");
            }
        }
    }

    private static float[] Floats(LoadedModel model, SimilaritySpec spec, string role)
    {
        string name = spec.Tensors[role];
        TensorInfo? found = model.FindTensor(name);
        return found is { Type: TensorType.Float32 }
            ? model.Require<float>(name, TensorType.Float32, found.Shape.AsSpan()).Span.ToArray()
            : throw new LayerException(
                $"Similarity \"{spec.Name}\": expected its {role} as tensor \"{name}\", Float32; "
                + $"found {(found is null ? "none" : found.Type.ToString())}.");
    }

    private static void ThrowIfNot(SimilaritySpec spec, string what, int found, int expected)
    {
        if (found != expected)
        {
            throw new LayerException($"Similarity \"{spec.Name}\": expected {what} of {expected} floats; found {found}.");
        }
    }
}

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

    /// <summary>The embedding whose query it reads.</summary>
    public string QueryEmbedding => Spec.QueryEmbedding!;

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
    /// <param name="embeddings">Their embeddings.</param>
    /// <exception cref="ArgumentException">One is of another width.</exception>
    public float[] QueryHalves(IEnumerable<ReadOnlyMemory<float>> embeddings)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        if (!_batches.TryTake(out TowerBatch? batch))
        {
            batch = _head.CreateBatch();
        }

        batch.Clear();
        foreach (ReadOnlyMemory<float> embedding in embeddings)
        {
            batch.AddEmbedding(embedding.Span);
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
        LearnedSimilarity similarity;
        try
        {
            similarity = spec.Kind == SimilarityKind.HadamardMlp ? Hadamard(model, spec) : Mixture(model, spec);
        }
        catch (ArgumentException problem)
        {
            throw new LayerException($"Similarity \"{spec.Name}\": {problem.Message}", problem);
        }

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

        EmbeddingColumn? query = model.Items.FindEmbedding(spec.QueryEmbedding!);
        double width = SimilaritySourceDim(spec);
        if (query is null || query.Schema.Dim != width)
        {
            throw new LayerException(
                $"Similarity \"{spec.Name}\": expected an embedding \"{spec.QueryEmbedding}\" of dim {width}; "
                + $"found {(query is null ? "none" : $"{query.Schema.Dim}")}.");
        }

        return new ModelSimilarity(spec, similarity, Tower.Load(model, spec.Query));
    }

    private static double SimilaritySourceDim(SimilaritySpec spec)
        => spec.Query.Layers.First(layer => layer.Kind == LayerKind.Embedding).Numbers["dim"];

    private static HadamardMlp Hadamard(LoadedModel model, SimilaritySpec spec) => new(
        Floats(model, spec, "inner"),
        Floats(model, spec, "inner_bias"),
        Floats(model, spec, "outer"),
        Floats(model, spec, "outer_bias") is [var bias] ? bias
            : throw new LayerException($"Similarity \"{spec.Name}\": expected one outer_bias; found several or none."));

    private static MixtureOfLogits Mixture(LoadedModel model, SimilaritySpec spec) => new(
        new MixtureShape(
            (int)spec.Numbers["query_components"],
            (int)spec.Numbers["item_components"],
            (int)spec.Numbers["dim"],
            (float)spec.Numbers["temperature"]),
        Floats(model, spec, "cross_inner"),
        Floats(model, spec, "cross_inner_bias"),
        Floats(model, spec, "cross_outer"),
        Floats(model, spec, "cross_outer_bias"));

    private static ReadOnlySpan<float> Floats(LoadedModel model, SimilaritySpec spec, string role)
    {
        string name = spec.Tensors[role];
        TensorInfo? found = model.FindTensor(name);
        return found is { Type: TensorType.Float32 }
            ? model.Require<float>(name, TensorType.Float32, found.Shape.AsSpan()).Span
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

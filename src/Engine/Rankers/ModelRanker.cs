using System.Collections.Concurrent;
using System.Collections.Immutable;
using Linr.Engine.Similarities;
using Linr.Engine.Towers;
using Linr.Index.Embeddings;
using Linr.Index.ModelFiles;
using Linr.Layers;
using Linr.Memory;
using Linr.ModelFile;
using Linr.Rankers;

namespace Linr.Engine.Rankers;

/// <summary>
/// A ranker of an open model: what its tasks are worth for a query and its candidates. A score depends on the query and
/// the item alone, not on the other candidates. The model, and its similarities, must outlive it. Safe for concurrent
/// use.
/// </summary>
public sealed class ModelRanker : IDisposable
{
    private readonly Tower _head;
    private readonly Tower _over;
    private readonly CrossFeatures _features;
    private readonly SimilarityLogits? _logits;
    private readonly ConcurrentBag<(TowerBatch Head, TowerBatch Over)> _batches = [];

    private ModelRanker(RankerSpec spec, Tower head, Tower over, CrossFeatures features, SimilarityLogits? logits)
        => (Spec, _head, _over, _features, _logits) = (spec, head, over, features, logits);

    /// <summary>How the model file lists it.</summary>
    public RankerSpec Spec { get; }

    /// <summary>The rankers of a model, in its order.</summary>
    /// <param name="model">The model.</param>
    /// <param name="similarities">The model's similarities.</param>
    /// <exception cref="LayerException">One is unknown, or its weights, heads or embeddings do not fit each
    /// other.</exception>
    public static ImmutableArray<ModelRanker> LoadAll(LoadedModel model, ImmutableArray<ModelSimilarity> similarities)
    {
        ArgumentNullException.ThrowIfNull(model);
        return [.. RankerList.Parse(model.RankersJson).Rankers.Select(spec => Load(model, spec, similarities))];
    }

    /// <summary>Scores of all tasks for each candidate: [candidates, tasks].</summary>
    /// <param name="query">The query's embedding.</param>
    /// <param name="history">
    /// Rows of the query's history, the latest first; those beyond the ranker's places are not read.
    /// </param>
    /// <param name="rows">Rows of the candidates, none twice.</param>
    /// <exception cref="ArgumentException">The embedding is of another width.</exception>
    public float[] Score(ReadOnlyMemory<float> query, ReadOnlySpan<uint> history, ReadOnlyMemory<uint> rows)
    {
        if (!_batches.TryTake(out (TowerBatch Head, TowerBatch Over) batches))
        {
            batches = (_head.CreateBatch(), _over.CreateBatch());
        }

        batches.Head.Clear();
        batches.Head.AddEmbeddings([query]);
        var half = new float[Spec.Query.Dim];
        _head.Embed(batches.Head, half);
        float[] cross = _features.Of(
            query.Span, half, history, rows.Span, _logits is null ? default(ReadOnlySpan<float>) : _logits.Of(query, rows));
        batches.Over.Clear();
        for (int candidate = 0; candidate < rows.Length; candidate++)
        {
            batches.Over.AddEmbeddings([cross.AsMemory(candidate * Spec.CrossWidth, Spec.CrossWidth)]);
        }

        var scores = new float[rows.Length * Spec.Tasks.Length];
        _over.Embed(batches.Over, scores);
        _batches.Add(batches);
        for (int score = 0; score < scores.Length; score++)
        {
            scores[score] = Spec.Tasks[score % Spec.Tasks.Length].ScoreOf(scores[score]);
        }

        return scores;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _head.Dispose();
        _over.Dispose();
        _logits?.Dispose();
    }

    private static ModelRanker Load(LoadedModel model, RankerSpec spec, ImmutableArray<ModelSimilarity> similarities)
    {
        EmbeddingColumn embedding = Embedding(
            model, spec, spec.QueryEmbedding!, (int)spec.Query.Layers.First(
                layer => layer.Kind == LayerKind.Embedding).Number("dim", 0));
        EmbeddingColumn halves = Embedding(model, spec, spec.Item.Embedding, spec.Item.Dim);
        if (halves.Schema.Metric != Metric.Dot)
        {
            throw new LayerException(
                $"Ranker \"{spec.Name}\": expected rows of \"{spec.Item.Embedding}\" as they are, with the metric dot; "
                + $"found {halves.Schema.Metric}.");
        }

        SimilarityLogits? logits = null;
        if (spec.Similarity is { } name)
        {
            ModelSimilarity similarity = similarities.FirstOrDefault(
                one => one.Spec.Name == name && one.QueryEmbeddings is [var only] && only == spec.QueryEmbedding)
                ?? throw new LayerException(
                    $"Ranker \"{spec.Name}\": expected a similarity \"{name}\" of \"{spec.QueryEmbedding}\" alone; "
                    + "found none.");
            logits = new SimilarityLogits(similarity, model.Items);
        }

        return new ModelRanker(
            spec,
            Tower.Load(model, spec.Query),
            Tower.Load(model, spec.OverArch),
            new CrossFeatures(spec, embedding, halves, Places(model, spec)),
            logits);
    }

    private static EmbeddingColumn Embedding(LoadedModel model, RankerSpec spec, string name, int dim)
    {
        EmbeddingColumn? found = model.Items.FindEmbedding(name);
        return found is not null && found.Schema.Dim == dim && found.Schema.RowType != RowType.None
            ? found
            : throw new LayerException(
                $"Ranker \"{spec.Name}\": expected an embedding \"{name}\" of dim {dim} with rows; "
                + $"found {(found is null ? "none" : $"dim {found.Schema.Dim}, rows {found.Schema.RowType}")}.");
    }

    private static NativeSlice<float> Places(LoadedModel model, RankerSpec spec)
    {
        if (!spec.Tensors.TryGetValue(RankerSpec.Places, out string? name))
        {
            return default;
        }

        TensorInfo? found = model.FindTensor(name);
        return found is { Type: TensorType.Float32, Shape.Length: 1 }
            ? model.Require<float>(name, TensorType.Float32, found.Shape.AsSpan())
            : throw new LayerException(
                $"Ranker \"{spec.Name}\": expected its places as tensor \"{name}\", Float32 of 1 dim; "
                + $"found {(found is null ? "none" : $"{found.Type} of {found.Shape.Length} dims")}.");
    }
}

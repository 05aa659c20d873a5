using Linr.Engine.Rankers;
using Linr.Layers;
using Linr.ModelFile;
using Linr.Rankers;
using Linr.Training.Data;
using Linr.Training.Evaluation;
using Linr.Training.Similarities;
using Linr.Training.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Linr.Training.Rankers;

/// <summary>A trained ranker that is still in Torch: evaluate it, export it with its model, dispose it.</summary>
public sealed class TrainedRanker : IDisposable
{
    private const int ChunkRows = 4_096;

    private readonly TrainedModel _model;
    private readonly TorchRanker _ranker;
    private readonly TrainedSimilarity? _similarity;

    internal TrainedRanker(
        TrainedModel model,
        TorchRanker ranker,
        TrainedSimilarity? similarity,
        RankerOptions options,
        IReadOnlyList<EpochResult> epochs)
        => (_model, _ranker, _similarity, Options, Epochs) = (model, ranker, similarity, options, epochs);

    /// <summary>How it was trained.</summary>
    public RankerOptions Options { get; }

    /// <summary>What its epochs gave.</summary>
    public IReadOnlyList<EpochResult> Epochs { get; }

    /// <summary>How a model file lists it.</summary>
    public RankerSpec Spec => _ranker.Spec;

    /// <summary>The ranker as something to evaluate, by Torch; dispose it.</summary>
    public RankerScorer ToScorer() => Scorer(_model, _ranker, _similarity, Options);

    /// <summary>The embedding that holds the items' halves.</summary>
    internal EmbeddingSchema Embedding => new(Spec.Item.Embedding, Spec.Item.Dim, Metric.Dot);

    /// <summary>Halves of all items.</summary>
    internal float[] ItemHalves()
    {
        using IDisposable quiet = no_grad();
        int dim = _model.Run.Options.Dim;
        var rounding = new Rounding(Options.RowType, null, dim);
        Dictionary<string, Tensor> parameters = _ranker.Parameters(training: false);
        var halves = new List<float>();
        foreach (int[] rows in Enumerable.Range(0, _model.Data.Catalogue.Count).Chunk(ChunkRows))
        {
            using DisposeScope scope = NewDisposeScope();
            float[] embeddings = _model.ItemEmbeddings.Slice(rows[0] * dim, rows.Length * dim).ToArray();
            rounding.Round(embeddings);
            Tensor items = tensor(embeddings, device: _ranker.Weights.Device).view(-1, dim);
            halves.AddRange(
                _ranker.ItemHalves(items, rows, parameters, training: false).cpu().contiguous().data<float>().ToArray());
        }

        return [.. halves];
    }

    /// <summary>Its tensors for a model file.</summary>
    /// <param name="ids">Keys of the items that have ids, ascending, and their rows.</param>
    internal IEnumerable<TensorSource> Tensors((long[] Keys, int[] Order) ids)
    {
        (long[] keys, int[] order) = ids;
        LayerSpec id = Spec.Item.Layers.First(layer => layer.Kind == LayerKind.IdEmbedding);
        foreach (Weight weight in _ranker.Weights.All)
        {
            yield return weight.Name == id.Tensors["weight"]
                ? TensorBytes.Source(weight.Name, weight.Value, order)
                : TensorBytes.Source(weight.Name, weight.Value);
        }

        yield return TensorSource.Of(id.Tensors["keys"], TensorType.Int64, [keys.Length], keys);
        foreach (LayerSpec layer in Spec.Item.Layers.Where(layer => layer.Kind == LayerKind.KeywordBag))
        {
            (byte[] bytes, long[] starts) = _ranker.Vocabularies[layer.Tensors["weight"]].ToTensors();
            yield return TensorSource.Of(layer.Tensors["value_bytes"], TensorType.UInt8, [bytes.Length], bytes);
            yield return TensorSource.Of(layer.Tensors["value_starts"], TensorType.Int64, [starts.Length], starts);
        }
    }

    /// <summary>Refuses a model file that would not hold what the ranker was trained on.</summary>
    /// <exception cref="ArgumentException">Rows, metric or similarity are others.</exception>
    internal void ThrowIfNotOf(RowType rowType, Metric metric, IReadOnlyList<TrainedSimilarity>? similarities)
    {
        if (rowType != Options.RowType || metric == Metric.Euclidean)
        {
            throw new ArgumentException(
                $"Ranker \"{Spec.Name}\": expected rows of type {Options.RowType} scored by cosine or dot, as it was "
                + $"trained on; found {rowType} with {metric}.");
        }

        if (_similarity is not null && similarities?.Contains(_similarity) != true)
        {
            throw new ArgumentException(
                $"Ranker \"{Spec.Name}\": expected the similarity \"{Spec.Similarity}\" to be written with it; found it left out.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _ranker.Dispose();

    /// <summary>A scorer of a ranker with its weights, and the model's, as they are.</summary>
    internal static RankerScorer Scorer(
        TrainedModel model, TorchRanker ranker, TrainedSimilarity? similarity, RankerOptions options)
    {
        var items = new RankedItems(model, options);
        items.Refresh();
        var values = new ValueModel(ranker.Spec);
        TrainingOptions towers = model.Run.Options;
        float[] found = items.Found.cpu().data<float>().ToArray();
        var retrieval = new TwoTowerScorer(
            "retrieval", towers.Dim, towers.HistoryLength, found, items.Queries);
        var batch = new RankBatch(model.Data.Catalogue.Count, options.Places);
        return new RankerScorer(
            ranker.Spec.Name, retrieval, options.Candidates, Scores, scores => values.Of(scores.Span), items);

        float[] Scores(InteractionDataset data, ReadOnlySpan<EvaluationCase> cases, int[] rows)
        {
            using IDisposable quiet = no_grad();
            using DisposeScope scope = NewDisposeScope();
            (int[] users, int[] histories) = EvaluationCase.Lay(data, cases, towers.HistoryLength);
            (_, int[] past) = EvaluationCase.Lay(data, cases, options.Places);
            batch.Fill(rows, rows.Length / cases.Length, past);
            Tensor queries = tensor(items.Queries(users, histories), device: ranker.Weights.Device)
                .view(cases.Length, -1);
            Tensor embeddings = items.Of(batch.Rows);
            Tensor? logits = similarity is null ? null
                : SimilarityOfLists.Logits(similarity.Model, null, batch, queries, embeddings);
            Tensor raw = ranker.Raw(
                batch, queries, items.Rows.Of(embeddings), logits, ranker.Parameters(training: false), training: false);
            float[] scores = raw.cpu().contiguous().data<float>().ToArray();
            for (int score = 0; score < scores.Length; score++)
            {
                scores[score] = ranker.Spec.Tasks[score % ranker.Spec.Tasks.Length].ScoreOf(scores[score]);
            }

            return scores;
        }
    }
}

using System.Collections.Immutable;
using Linr.Engine.Rankers;
using Linr.Engine.Similarities;
using Linr.Engine.Towers;
using Linr.Index.ModelFiles;
using Linr.Layers;
using Linr.Rankers;
using Linr.Training.Data;
using Linr.Training.Evaluation;

namespace Linr.Training.Rankers;

/// <summary>Rankers of a model file as something to evaluate: towers, halves and over-arch by the engine.</summary>
public static class RankerFileScorer
{
    /// <summary>Scorers of the model's rankers; the model must outlive them. Dispose them.</summary>
    /// <param name="model">The model; it must have all items of the data that may be found.</param>
    /// <param name="data">The data that they will be evaluated on.</param>
    /// <param name="retrieval">What finds candidates: the model's towers.</param>
    /// <exception cref="ArgumentException">The model has no query tower for a ranker.</exception>
    public static IReadOnlyList<RankerScorer> CreateAll(LoadedModel model, InteractionDataset data, IScorer retrieval)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        ImmutableArray<ModelSimilarity> similarities = ModelSimilarity.LoadAll(model);
        ImmutableArray<ModelRanker> rankers = ModelRanker.LoadAll(model, similarities);
        return [.. rankers.Select(ranker => Create(model, data, retrieval, ranker))];
    }

    /// <summary>Results of all tasks of all rankers.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">The data set.</param>
    /// <param name="scorers">As <see cref="CreateAll"/> gave them.</param>
    /// <param name="options">Which users.</param>
    public static IReadOnlyList<TaskResult> Tasks(
        LoadedModel model, InteractionDataset data, IReadOnlyList<RankerScorer> scorers, EvaluationOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(scorers);
        return
        [
            .. scorers.Zip(RankerList.Parse(model.RankersJson).Rankers)
                .SelectMany(pair => TaskEvaluation.Run(data, pair.First, pair.Second, options)),
        ];
    }

    private static RankerScorer Create(
        LoadedModel model, InteractionDataset data, IScorer retrieval, ModelRanker ranker)
    {
        TowerSpec spec = LayerList.Parse(model.LayersJson).Find(TowerSpec.QueryTower, ranker.Spec.QueryEmbedding!)
            ?? throw new ArgumentException(
                $"Expected a query tower for \"{ranker.Spec.QueryEmbedding}\"; {model.Path} has none.", nameof(model));
        var tower = Tower.Load(model, spec);
        TowerBatch batch = tower.CreateBatch();
        float[] items = ModelFileScorer.ItemEmbeddings(model.Items, spec, data.Catalogue);
        var values = new ValueModel(ranker.Spec);

        // An item that the model does not have gets zeros of all tasks.
        uint[] rowOf = [.. data.Catalogue.Ids.Select(id => model.Items.IdMap.TryFind(id, out uint row) ? row : uint.MaxValue)];
        return new RankerScorer(
            ranker.Spec.Name, retrieval, ranker.Spec.Candidates, Scores, scores => values.Of(scores.Span), ranker);

        float[] Scores(InteractionDataset ofCases, ReadOnlySpan<EvaluationCase> cases, int[] rows)
        {
            int[] users = new int[cases.Length];
            int[] histories = new int[cases.Length * tower.HistoryLength];
            for (int one = 0; one < cases.Length; one++)
            {
                users[one] = cases[one].User;
                HistoryRows.Latest(
                    cases[one].Seen(data), histories.AsSpan(one * tower.HistoryLength, tower.HistoryLength));
            }

            float[] queries = ModelFileScorer.Embed(tower, batch, data, items, users, histories);
            int count = rows.Length / cases.Length;
            int tasks = ranker.Spec.Tasks.Length;
            float[] scores = new float[rows.Length * tasks];
            for (int one = 0; one < cases.Length; one++)
            {
                uint[] history = [.. Known(cases[one].Seen(data).ToArray().Reverse())];
                int[] own = rows[(one * count)..((one + 1) * count)];
                int[] known = [.. Enumerable.Range(0, count).Where(place => rowOf[own[place]] != uint.MaxValue)];
                float[] found = ranker.Score(
                    queries.AsMemory(one * spec.Dim, spec.Dim), history, known.Select(place => rowOf[own[place]]).ToArray());
                for (int place = 0; place < known.Length; place++)
                {
                    found.AsSpan(place * tasks, tasks).CopyTo(scores.AsSpan(((one * count) + known[place]) * tasks, tasks));
                }
            }

            return scores;
        }

        IEnumerable<uint> Known(IEnumerable<int> rows)
            => rows.Select(row => rowOf[row]).Where(row => row != uint.MaxValue);
    }
}

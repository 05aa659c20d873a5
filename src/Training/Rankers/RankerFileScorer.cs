using Linr.Engine.Rankers;
using Linr.Index.ModelFiles;
using Linr.Training.Data;
using Linr.Training.Evaluation;

namespace Linr.Training.Rankers;

/// <summary>A ranker of a model file as something to evaluate: halves and over-arch by the engine.</summary>
internal sealed class RankerFileScorer
{
    private readonly ModelRanker _ranker;
    private readonly HistoryEmbedder _embedder;
    private readonly uint?[] _rows;

    private RankerFileScorer(
        ModelRanker ranker, HistoryEmbedder embedder, LoadedModel model, InteractionDataset data)
    {
        (_ranker, _embedder) = (ranker, embedder);
        _rows = [.. data.Catalogue.Ids.Select(id => model.Items.IdMap.TryFind(id, out uint row) ? row : (uint?)null)];
    }

    /// <summary>The scorer of a ranker, which it does not own.</summary>
    /// <param name="ranker">The ranker.</param>
    /// <param name="embedder">What embeds its queries.</param>
    /// <param name="model">The model that it is of.</param>
    /// <param name="data">The data that it will be evaluated on.</param>
    /// <param name="retrieval">What finds candidates.</param>
    public static RankerScorer Create(
        ModelRanker ranker, HistoryEmbedder embedder, LoadedModel model, InteractionDataset data, IScorer retrieval)
    {
        var values = new ValueModel(ranker.Spec);
        return new RankerScorer(
            ranker.Spec.Name,
            retrieval,
            ranker.Spec.Candidates,
            new RankerFileScorer(ranker, embedder, model, data).Scores,
            scores => values.Of(scores.Span));
    }

    // An item that the model does not have gets zeros of all tasks.
    private float[] Scores(InteractionDataset data, ReadOnlySpan<EvaluationCase> cases, int[] rows)
    {
        (int[] users, int[] histories) = EvaluationCase.Lay(data, cases, _embedder.HistoryLength);
        float[] queries = _embedder.Embed(users, histories);
        int count = rows.Length / cases.Length;
        int tasks = _ranker.Spec.Tasks.Length;
        float[] scores = new float[rows.Length * tasks];
        for (int one = 0; one < cases.Length; one++)
        {
            uint[] history = [.. cases[one].Seen(data).ToArray().Reverse().Select(row => _rows[row]).OfType<uint>()];
            int[] places = [.. Enumerable.Range(one * count, count).Where(place => _rows[rows[place]] is not null)];
            float[] found = _ranker.Score(
                queries.AsMemory(one * _embedder.Dim, _embedder.Dim),
                history,
                Array.ConvertAll(places, place => _rows[rows[place]]!.Value));
            for (int place = 0; place < places.Length; place++)
            {
                found.AsSpan(place * tasks, tasks).CopyTo(scores.AsSpan(places[place] * tasks, tasks));
            }
        }

        return scores;
    }
}

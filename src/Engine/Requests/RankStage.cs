using System.Collections.Immutable;
using System.Globalization;
using Linr.Engine.Rankers;
using Linr.Index;
using Linr.Index.Columns;
using Linr.Kernels.Scan;
using Linr.Rankers;

namespace Linr.Engine.Requests;

/// <summary>Puts the candidates of a request in the order of their values.</summary>
internal sealed class RankStage(ItemTable table, ImmutableArray<ModelRanker> rankers)
{
    /// <summary>The candidates, best value first and with their values for scores; some of them under a group cap.</summary>
    public RankedHits Run(RequestWork work, RankBy rankBy, ReadOnlySpan<ScanHit> candidates)
    {
        ModelRanker ranker = rankers.First(one => one.Spec.Name == rankBy.Name);
        RankerSpec spec = ranker.Spec;
        var rows = new uint[candidates.Length];
        for (int candidate = 0; candidate < rows.Length; candidate++)
        {
            rows[candidate] = candidates[candidate].Row;
        }

        EmbeddingQuery query = work.Query.Embeddings.Concat(work.Query.SimilarityQueries)
            .First(one => one.Name == spec.QueryEmbedding);
        float[] scores = ranker.Score(query.Vector, History(work), rows);
        var values = new ValueModel(spec, rankBy.Weights);
        int tasks = spec.Tasks.Length;
        var ranked = new List<ScanHit>(rows.Length);
        for (int candidate = 0; candidate < rows.Length; candidate++)
        {
            ranked.Add(new ScanHit(rows[candidate], values.Of(scores.AsSpan(candidate * tasks, tasks))));
        }

        ranked.Sort((left, right) =>
        {
            int byValue = right.Score.CompareTo(left.Score);
            return byValue != 0 ? byValue : table.Order.Compare(left.Row, right.Row);
        });
        if (work.Request.GroupBy is { } groupBy)
        {
            ranked = Capped(ranked, groupBy);
        }

        work.Clock.End("rank", Describe(spec, values, rows.Length));
        return new RankedHits(spec, ranked.ToArray(), rows, scores);
    }

    /// <summary>Rows of the items that the query came from, the latest first.</summary>
    private uint[] History(RequestWork work)
    {
        ImmutableArray<uint> rows = ItemRows.Find(table, work.View, work.Request).Rows;
        return [.. rows.Reverse()];
    }

    private List<ScanHit> Capped(List<ScanHit> ranked, GroupBy groupBy)
    {
        var column = (ValueColumn)table.FindColumn(groupBy.Attribute)!;
        var counts = new Dictionary<uint, int>();
        return [.. ranked.Where(hit =>
        {
            uint group = column.CodeOf(hit.Row);
            return (counts[group] = counts.GetValueOrDefault(group) + 1) <= groupBy.Cap;
        })];
    }

    private static string Describe(RankerSpec spec, ValueModel values, int count)
    {
        IEnumerable<string> terms = spec.Tasks.Zip(
            values.Weights, (task, weight) => string.Create(CultureInfo.InvariantCulture, $"{weight} {task.Name}"));
        return $"{count} candidates by {spec.Name}: {string.Join(" + ", terms)}";
    }
}

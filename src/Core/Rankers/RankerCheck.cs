using Linr.Layers;

namespace Linr.Rankers;

/// <summary>Holds a ranker to its rules.</summary>
internal static class RankerCheck
{
    // An item's id and its raw features, beside its embedding.
    private static readonly string[] s_itemSources =
    [
        LayerKind.Embedding, LayerKind.IdEmbedding, LayerKind.KeywordBag, LayerKind.TextBag, LayerKind.Number,
    ];

    /// <summary>Adds a sentence to <paramref name="problems"/> for each thing that is wrong.</summary>
    public static void Ranker(RankerSpec one, List<string> problems)
    {
        string where = $"Ranker \"{one.Name}\"";
        int before = problems.Count;
        Heads(one, where, problems);
        Features(one, where, problems);
        Tasks(one, where, problems);
        if (string.IsNullOrEmpty(one.Name) || one.Name.Length > Limits.NameLengthMax)
        {
            problems.Add($"{where}: expected a name of 1 to {Limits.NameLengthMax} characters.");
        }

        if (one.Candidates < 1 || one.Candidates > Limits.RankedMax)
        {
            problems.Add($"{where}: expected 1 to {Limits.RankedMax} candidates; found {one.Candidates}.");
        }

        if (problems.Count == before)
        {
            // Only now is it known how wide the over-arch's input is.
            OverArch(one, where, problems);
        }
    }

    private static void Heads(RankerSpec one, string where, List<string> problems)
    {
        LayerCheck.Tower(one.Query, problems);
        LayerCheck.Tower(one.Item, problems);
        if (one.Query.Name != TowerSpec.QueryTower || one.Item.Name != TowerSpec.ItemTower)
        {
            problems.Add(
                $"{where}: expected heads named query and item; found \"{one.Query.Name}\" and \"{one.Item.Name}\".");
        }

        if (one.QueryEmbedding is null)
        {
            problems.Add($"{where}: expected a query head with one source, an \"{LayerKind.Embedding}\"; found others.");
        }

        foreach (LayerSpec source in RankerSpec.SourcesOf(one.Item.Layers))
        {
            if (!s_itemSources.Contains(source.Kind))
            {
                problems.Add($"{where}: expected an item head that reads items; found a source \"{source.Kind}\".");
            }
            else if (source.Kind == LayerKind.Embedding && source.Field != one.QueryEmbedding)
            {
                problems.Add(
                    $"{where}: expected an item head of the query's embedding \"{one.QueryEmbedding}\"; "
                    + $"found \"{source.Field}\".");
            }
        }

        if (one.Query.Dim != one.Item.Dim)
        {
            problems.Add(
                $"{where}: expected halves of equal width; found {one.Query.Dim} of the query and {one.Item.Dim} of items.");
        }
    }

    private static void Features(RankerSpec one, string where, List<string> problems)
    {
        if (one.Features.IsDefaultOrEmpty)
        {
            problems.Add($"{where}: expected features; found none.");
            return;
        }

        problems.AddRange(one.Features.Where(feature => RankFeature.WidthOf(feature, 1) == 0)
            .Select(feature => $"{where}: unknown feature \"{feature}\"."));
        problems.AddRange(one.Features.GroupBy(feature => feature).Where(group => group.Count() > 1)
            .Select(group => $"{where}: the feature \"{group.Key}\" stands twice."));
        if (one.Features.Contains(RankFeature.Similarity) != one.Similarity is not null)
        {
            problems.Add(
                $"{where}: expected both the feature \"{RankFeature.Similarity}\" and the name of one, or neither.");
        }

        string[] needed = one.Features.Contains(RankFeature.History) ? [RankerSpec.Places] : [];
        problems.AddRange(needed.Except(one.Tensors.Keys)
            .Select(name => $"{where}: expected a tensor \"{name}\"; found none."));
        problems.AddRange(one.Tensors.Keys.Except(needed).Select(name => $"{where}: unknown tensor \"{name}\"."));
    }

    private static void Tasks(RankerSpec one, string where, List<string> problems)
    {
        if (one.Tasks.IsDefaultOrEmpty || one.Tasks.Length > Limits.TasksMax)
        {
            problems.Add(
                $"{where}: expected 1 to {Limits.TasksMax} tasks; found {(one.Tasks.IsDefault ? 0 : one.Tasks.Length)}.");
            return;
        }

        foreach (RankTask task in one.Tasks)
        {
            string which = $"{where}, task \"{task.Name}\"";
            if (string.IsNullOrEmpty(task.Name))
            {
                problems.Add($"{which}: expected a name; found none.");
            }

            if (task.Kind is not (RankTask.Probability or RankTask.Value))
            {
                problems.Add(
                    $"{which}: expected the kind {RankTask.Probability} or {RankTask.Value}; found \"{task.Kind}\".");
            }

            if (!double.IsFinite(task.Weight) || !double.IsFinite(task.Offset) || !double.IsFinite(task.Scale))
            {
                problems.Add($"{which}: expected a finite weight, offset and scale; found others.");
            }
        }

        problems.AddRange(one.Tasks.GroupBy(task => task.Name).Where(group => group.Count() > 1)
            .Select(group => $"{where}: two tasks are named \"{group.Key}\"."));
    }

    private static void OverArch(RankerSpec one, string where, List<string> problems)
    {
        LayerCheck.Layers($"{where}, over-arch", one.Layers, problems);
        LayerSpec[] sources = RankerSpec.SourcesOf(one.Layers);
        if (sources is not [{ Kind: LayerKind.Embedding, Field: RankerSpec.CrossField } source])
        {
            problems.Add(
                $"{where}: expected an over-arch with one source, an \"{LayerKind.Embedding}\" of field "
                + $"\"{RankerSpec.CrossField}\"; found others.");
        }
        else if (source.Number("dim", 0) != one.CrossWidth)
        {
            problems.Add(
                $"{where}: expected an over-arch that reads {one.CrossWidth} numbers, as many as the features have; "
                + FormattableString.Invariant($"found {source.Number("dim", 0)}."));
        }
    }
}

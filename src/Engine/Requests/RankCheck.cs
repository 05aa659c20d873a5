using System.Collections.Immutable;
using System.Globalization;
using Linr.Engine.Rankers;
using Linr.Rankers;

namespace Linr.Engine.Requests;

/// <summary>Finds what is wrong with the ranking that a request asks for.</summary>
internal static class RankCheck
{
    /// <summary>The request with the number of candidates that it leaves to the ranker.</summary>
    public static SearchRequest Complete(SearchRequest request, ImmutableArray<ModelRanker> rankers)
        => request.RankBy is { Candidates: null } rankBy && Find(rankers, rankBy) is { } spec
            ? request with { RankBy = rankBy with { Candidates = Math.Max(request.K, spec.Candidates) } }
            : request;

    /// <summary>Adds a sentence for each thing that is wrong.</summary>
    /// <param name="request">The request, completed.</param>
    /// <param name="read">The embeddings whose queries its search reads; none where that is not known.</param>
    /// <param name="rankers">The model's rankers.</param>
    /// <param name="problems">What is wrong.</param>
    public static void AddProblems(
        SearchRequest request, ImmutableArray<string> read, ImmutableArray<ModelRanker> rankers, List<string> problems)
    {
        if (request.RankBy is not { } rankBy)
        {
            return;
        }

        if (request.CheckExact)
        {
            problems.Add("CheckExact: expected hits in the order of their scores; RankBy puts them in another.");
        }

        if (rankBy.Candidates is { } candidates && (candidates < request.K || candidates > Limits.RankedMax))
        {
            problems.Add(
                $"RankBy.Candidates: expected K = {request.K} to {Limits.RankedMax}; found {candidates}.");
        }

        if (Find(rankers, rankBy) is not { } spec)
        {
            string known = string.Join(", ", rankers.Select(one => one.Spec.Name).DefaultIfEmpty("none"));
            problems.Add($"RankBy.Name: expected one of the model's rankers ({known}); found \"{rankBy.Name}\".");
            return;
        }

        if (!read.IsEmpty && !read.Contains(spec.QueryEmbedding!))
        {
            problems.Add(
                $"RankBy: expected a query of the embedding \"{spec.QueryEmbedding}\" for \"{spec.Name}\"; found "
                + $"{string.Join(", ", read.Select(name => $"\"{name}\""))}.");
        }

        string tasks = string.Join(", ", spec.Tasks.Select(task => task.Name));
        foreach ((string task, double weight) in rankBy.Weights)
        {
            if (spec.Tasks.All(one => one.Name != task))
            {
                problems.Add($"RankBy.Weights: expected tasks of \"{spec.Name}\" ({tasks}); found \"{task}\".");
            }

            if (!double.IsFinite(weight))
            {
                problems.Add(
                    $"RankBy.Weights: expected a finite weight of \"{task}\"; found "
                    + $"{weight.ToString(CultureInfo.InvariantCulture)}.");
            }
        }
    }

    private static RankerSpec? Find(ImmutableArray<ModelRanker> rankers, RankBy rankBy)
        => rankers.FirstOrDefault(one => one.Spec.Name == rankBy.Name)?.Spec;
}

using System.Collections.Immutable;
using Linr.Filters;
using Linr.Server.Models;
using Linr.Server.Options;
using V1 = Linr.Protocol.V1;

namespace Linr.Server.Wire;

/// <summary>Searches as the contract has them.</summary>
internal static class SearchWire
{
    private const int UsualK = 10;
    private const int UsualCandidates = 100;

    /// <summary>The request as the engine has it.</summary>
    /// <exception cref="WireException">It is wrong.</exception>
    /// <exception cref="FilterException">Its filter is wrong.</exception>
    /// <exception cref="ModelException">A prepared filter is not known here.</exception>
    public static SearchRequest Read(
        V1.SearchRequest request, Schema schema, RequestLimits limits, bool isStreamed, PreparedFilters known)
    {
        var problems = new WireProblems();
        int k = request.K == 0 ? UsualK : request.K;
        (int kMax, string kLimit) = isStreamed
            ? (limits.StreamedKMax, nameof(limits.StreamedKMax)) : (limits.KMax, nameof(limits.KMax));
        problems.Check("k", k, 1, kMax, kLimit);
        problems.Check("history", request.History.Count, 0, limits.IdsMax, nameof(limits.IdsMax));
        problems.Check("items", request.Items.Count, 0, limits.IdsMax, nameof(limits.IdsMax));
        problems.Check("embeddings", request.Embeddings.Count, 0, Limits.EmbeddingsMax);
        problems.Check("fields", request.Fields.Count, 0, Limits.FieldsMax);
        problems.ThrowIfAny();
        (PreparedFilter? filter, FilterParameters? parameters) = FilterWire.Read(
            request.Filter, schema, limits, known, problems);
        var read = new SearchRequest
        {
            Embeddings = ReadEmbeddings(request, schema, problems),
            History = IdWire.Read(request.History, schema.IdKind, "history", problems),
            Features = ReadFeatures(request, schema, problems),
            Items = IdWire.Read(request.Items, schema.IdKind, "items", problems),
            PreparedFilter = filter,
            Parameters = parameters,
            K = k,
            ScoreMin = request.HasScoreMin ? request.ScoreMin : null,
            GroupBy = request.GroupBy is { } group ? new GroupBy(group.Attribute, group.Cap == 0 ? 1 : group.Cap) : null,
            Diversity = request.Diversity is { } diversity
                ? new Diversity(
                    diversity.HasLambda ? diversity.Lambda : new Diversity().Lambda,
                    diversity.Candidates == 0 ? Math.Max(UsualCandidates, k) : diversity.Candidates)
                : null,
            Similarity = request.Similarity.Length == 0 ? null : request.Similarity,
            FirstStage = request.HasFirstStage ? request.FirstStage : null,
            RankBy = request.RankBy is { } rank
                ? new RankBy(rank.Name, rank.HasCandidates ? rank.Candidates : null)
                {
                    Weights = rank.Weights.ToDictionary(),
                }
                : null,
            Approximation = request.Approximation is { } approximation ? Read(approximation, problems) : null,
            CheckExact = request.CheckExact,
            IncludeSeen = request.IncludeSeen,
            Fields = [.. request.Fields],
            Explain = false,
        };
        problems.ThrowIfAny();
        return read;
    }

    /// <summary>The answer as the contract has it.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="lease">The version that gave it.</param>
    /// <param name="hitCount">How many of its hits, from the best.</param>
    public static V1.SearchResponse Write(SearchResponse response, in ModelLease lease, int hitCount)
    {
        var written = new V1.SearchResponse
        {
            Exact = response.Exact,
            Mode = response.Mode,
            RowsScanned = response.RowsScanned,
            RowsPassed = response.RowsPassed,
            Model = lease.Model.Name,
            Version = lease.Version.Name,
            State = lease.State.ToString(),
        };
        if (response.Recall is { } recall)
        {
            written.Recall = recall;
        }

        if (response.RowsRescored is { } rescored)
        {
            written.RowsRescored = rescored;
        }

        if (response.RowsRanked is { } ranked)
        {
            written.RowsRanked = ranked;
        }

        written.Hits.Capacity = hitCount;
        for (int i = 0; i < hitCount; i++)
        {
            written.Hits.Add(Write(response.Hits[i]));
        }

        foreach (ItemId id in response.UnknownIds)
        {
            written.UnknownIds.Add(IdWire.Write(id));
        }

        WriteStages(response, written);
        return written;
    }

    /// <summary>A hit as the contract has it.</summary>
    public static V1.Hit Write(Hit hit)
    {
        var written = new V1.Hit { Id = IdWire.Write(hit.Id), Score = hit.Score };
        foreach ((string field, IReadOnlyList<Value> values) in hit.Fields)
        {
            written.Fields.Add(field, ValueWire.Write(values));
        }

        foreach ((string task, float value) in hit.Tasks)
        {
            written.Tasks.Add(task, value);
        }

        return written;
    }

    private static void WriteStages(SearchResponse response, V1.SearchResponse written)
    {
        if (response.Explanation is { } explanation)
        {
            written.Engine = explanation.Engine;
            written.Filter = explanation.Filter;
            foreach (ExplainedStage stage in explanation.Stages)
            {
                written.Stages.Add(new V1.Stage
                {
                    Name = stage.Name, Microseconds = stage.Microseconds, Detail = stage.Detail,
                });
            }

            return;
        }

        foreach (StageTime stage in response.Stages)
        {
            written.Stages.Add(new V1.Stage { Name = stage.Name, Microseconds = stage.Microseconds });
        }
    }

    private static ImmutableArray<EmbeddingQuery> ReadEmbeddings(
        V1.SearchRequest request, Schema schema, WireProblems problems)
    {
        if (request.Embeddings.Count == 0)
        {
            return [];
        }

        var read = ImmutableArray.CreateBuilder<EmbeddingQuery>(request.Embeddings.Count);
        for (int i = 0; i < request.Embeddings.Count; i++)
        {
            V1.QueryVector query = request.Embeddings[i];
            if (query.Name.Length == 0 && schema.Embeddings.IsEmpty)
            {
                problems.Add($"embeddings[{i}].name", "expected an embedding of the model; it has none.");
                continue;
            }

            read.Add(new EmbeddingQuery(
                query.Name.Length == 0 ? schema.Embeddings[0].Name : query.Name,
                VectorWire.Read(query.Vector),
                query.HasWeight ? query.Weight : 1));
        }

        return read.ToImmutable();
    }

    private static IReadOnlyDictionary<string, IReadOnlyList<Value>> ReadFeatures(
        V1.SearchRequest request, Schema schema, WireProblems problems)
    {
        if (request.Features.Count == 0)
        {
            return ImmutableDictionary<string, IReadOnlyList<Value>>.Empty;
        }

        var read = new Dictionary<string, IReadOnlyList<Value>>(request.Features.Count);
        foreach ((string name, V1.Values values) in request.Features)
        {
            read.Add(name, ValueWire.Read(
                values, schema.FindField(name)?.Type, $"features[\"{name}\"]", problems));
        }

        return read;
    }

    private static Approximation Read(V1.Approximation given, WireProblems problems) => new()
    {
        By = given.By == V1.ScoreSource.Unspecified ? null : Read(given.By, "approximation.by", problems),
        Rescores = !given.WithoutRescoring,
        RescoresFrom = given.RescoreFrom == V1.ScoreSource.Unspecified
            ? ScoreSource.Rows : Read(given.RescoreFrom, "approximation.rescore_from", problems),
        KeepShare = given.HasKeepShare ? given.KeepShare : null,
        KeepCount = given.HasKeepCount ? given.KeepCount : null,
        IsAsymmetric = given.Asymmetric,
    };

    private static ScoreSource Read(V1.ScoreSource source, string field, WireProblems problems)
    {
        switch (source)
        {
            case V1.ScoreSource.Rows:
                return ScoreSource.Rows;
            case V1.ScoreSource.Codes:
                return ScoreSource.Codes;
            case V1.ScoreSource.Copy:
                return ScoreSource.Copy;
            default:
                problems.Add(field, $"expected ROWS, CODES or COPY; found {(int)source}.");
                return default;
        }
    }
}

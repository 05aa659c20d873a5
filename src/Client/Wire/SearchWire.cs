using V1 = Linr.Protocol.V1;

namespace Linr.Client.Wire;

/// <summary>Searches as the contract has them.</summary>
internal static class SearchWire
{
    /// <param name="request">The search.</param>
    /// <param name="after">The state that the answer has to have; null: any.</param>
    /// <param name="asForm">Whether a prepared filter is sent as what it was made from.</param>
    public static V1.SearchRequest Write(SearchRequest request, string? after, bool asForm)
    {
        var written = new V1.SearchRequest
        {
            Model = request.Model,
            K = AtLeastOne(request.K, "K"),
            Filter = request.Filter?.ToWire(asForm),
            Similarity = request.Similarity ?? string.Empty,
            CheckExact = request.CheckExact,
            IncludeSeen = request.IncludeSeen,
            After = after ?? string.Empty,
            RoutingKey = request.RoutingKey ?? string.Empty,
        };
        foreach (EmbeddingQuery query in request.Embeddings)
        {
            var vector = new V1.QueryVector { Name = query.Name };
            if (query.Weight != 1)
            {
                vector.Weight = query.Weight;
            }

            ItemWire.Write(query.Vector, vector.Vector);
            written.Embeddings.Add(vector);
        }

        written.History.AddRange(request.History.Select(IdWire.Write));
        written.Items.AddRange(request.Items.Select(IdWire.Write));
        written.Fields.AddRange(request.Fields);
        ValueWire.Write(request.Features, written.Features);
        AddOptions(request, written);
        return written;
    }

    private static void AddOptions(SearchRequest request, V1.SearchRequest written)
    {
        if (request.ScoreMin is { } scoreMin)
        {
            written.ScoreMin = scoreMin;
        }

        if (request.FirstStage is { } firstStage)
        {
            written.FirstStage = firstStage;
        }

        if (request.Timeout is { } timeout && timeout != Timeout.InfiniteTimeSpan)
        {
            written.TimeoutMs = (int)Math.Clamp(Math.Ceiling(timeout.TotalMilliseconds), 1, int.MaxValue);
        }

        if (request.GroupBy is { } group)
        {
            written.GroupBy = new V1.GroupBy
            {
                Attribute = group.Attribute, Cap = AtLeastOne(group.Cap, "GroupBy.Cap"),
            };
        }

        if (request.Diversity is { } diversity)
        {
            written.Diversity = new V1.Diversity { Lambda = diversity.Lambda, Candidates = diversity.Candidates };
        }

        if (request.RankBy is { } rank)
        {
            written.RankBy = new V1.RankBy { Name = rank.Name };
            written.RankBy.Weights.Add(rank.Weights.ToDictionary(one => one.Key, one => one.Value));
            if (rank.Candidates is { } candidates)
            {
                written.RankBy.Candidates = candidates;
            }
        }

        if (request.Approximation is { } approximation)
        {
            written.Approximation = Write(approximation);
        }
    }

    private static V1.Approximation Write(Approximation approximation)
    {
        var written = new V1.Approximation
        {
            By = Write(approximation.By),
            WithoutRescoring = !approximation.Rescores,
            RescoreFrom = Write(approximation.RescoresFrom),
            Asymmetric = approximation.IsAsymmetric,
        };
        if (approximation.KeepShare is { } share)
        {
            written.KeepShare = share;
        }

        if (approximation.KeepCount is { } count)
        {
            written.KeepCount = count;
        }

        return written;
    }

    private static V1.ScoreSource Write(ScoreSource? source) => source switch
    {
        ScoreSource.Rows => V1.ScoreSource.Rows,
        ScoreSource.Copy => V1.ScoreSource.Copy,
        ScoreSource.Codes => V1.ScoreSource.Codes,
        _ => V1.ScoreSource.Unspecified,
    };

    // The contract takes 0 for "as usual", which whoever writes 0 does not mean.
    private static int AtLeastOne(int value, string name) => value >= 1
        ? value : throw new ArgumentOutOfRangeException(name, value, $"{name}: expected 1 or more; found {value}.");
}

using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Google.Protobuf.Collections;
using V1 = Linr.Protocol.V1;

namespace Linr.Client.Wire;

/// <summary>Answers of searches as the contract has them.</summary>
internal static class AnswerWire
{
    public static SearchResponse Read(V1.SearchResponse response) => Read(response, Read(response.Hits));

    /// <summary>The answer with these hits.</summary>
    public static SearchResponse Read(V1.SearchResponse response, ImmutableArray<Hit> hits) => new()
    {
        Hits = hits,
        Exact = response.Exact,
        Mode = response.Mode,
        Recall = response.HasRecall ? response.Recall : null,
        RowsScanned = response.RowsScanned,
        RowsPassed = response.RowsPassed,
        RowsRescored = response.HasRowsRescored ? response.RowsRescored : null,
        RowsRanked = response.HasRowsRanked ? response.RowsRanked : null,
        Model = response.Model,
        Version = response.Version,
        State = response.State,
        UnknownIds = IdWire.Read(response.UnknownIds),
        Stages = [.. response.Stages.Select(one => new Stage(one.Name, one.Microseconds, one.Detail))],
        Engine = response.Engine,
        Filter = response.Filter,
    };

    public static Hit Read(V1.Hit hit)
    {
        var read = new Hit(IdWire.Read(hit.Id), hit.Score);
        if (hit.Fields.Count > 0)
        {
            read = read with { Fields = ValueWire.Read(hit.Fields) };
        }

        return hit.Tasks.Count == 0 ? read : read with { Tasks = new Dictionary<string, float>(hit.Tasks) };
    }

    public static SearchPart Read(V1.SearchPart part)
        => new(Read(part.Hits), part.End is null ? null : Read(part.End));

    public static SearchResult Read(V1.SearchResult result) => result.ResultCase switch
    {
        V1.SearchResult.ResultOneofCase.Response => new SearchResult(Read(result.Response), null),
        V1.SearchResult.ResultOneofCase.Failure => new SearchResult(
            null, new LinrException((Grpc.Core.StatusCode)result.Failure.Code, result.Failure.Message)),
        _ => throw Wrong("an answer or a failure", "none"),
    };

    /// <summary>The server does not keep to the contract.</summary>
    public static LinrException Wrong(string expected, string found)
        => new(Grpc.Core.StatusCode.Internal, $"Expected {expected} in the server's answer; found {found}.");

    private static ImmutableArray<Hit> Read(RepeatedField<V1.Hit> hits)
    {
        var read = new Hit[hits.Count];
        for (int i = 0; i < read.Length; i++)
        {
            read[i] = Read(hits[i]);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(read);
    }
}

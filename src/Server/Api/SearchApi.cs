using Linr.Server.Models;
using Linr.Server.Options;
using Linr.Server.Security;
using Linr.Server.Telemetry;
using Linr.Server.Wire;
using Microsoft.Extensions.Options;
using V1 = Linr.Protocol.V1;

namespace Linr.Server.Api;

/// <summary>Searches, in the messages of the contract; whatever carries them calls this.</summary>
internal sealed class SearchApi(
    ModelCatalogue catalogue, PreparedFilters filters, ServerTelemetry telemetry, IOptions<RequestLimits> options)
{
    private const int PartHits = 4_096;
    private readonly RequestLimits _limits = options.Value;

    /// <summary>The best K.</summary>
    public Task<V1.SearchResponse> SearchAsync(
        V1.SearchRequest request, Caller caller, CancellationToken cancellation, bool explains = false)
        => SearchAsync(request, caller, new SearchOptions(Explains: explains), Whole, cancellation);

    /// <summary>The best K, ready for the wire.</summary>
    public Task<SearchAnswer> AnswerAsync(
        V1.SearchRequest request, Caller caller, bool explains, CancellationToken cancellation)
        => SearchAsync(
            request,
            caller,
            new SearchOptions(Explains: explains),
            static (response, lease) => SearchAnswer.Of(response, lease),
            cancellation);

    /// <summary>Many searches; a wrong one fails alone.</summary>
    public async Task<V1.SearchBatchResponse> SearchBatchAsync(
        V1.SearchBatchRequest request, Caller caller, CancellationToken cancellation)
    {
        var problems = new WireProblems();
        problems.Check("searches", request.Searches.Count, 1, _limits.BatchMax, nameof(_limits.BatchMax));
        long hits = request.Searches.Sum(one => Math.Max(0L, one.K));
        if (hits > _limits.BatchHitsMax)
        {
            problems.Add(
                "searches",
                $"expected at most {_limits.BatchHitsMax:N0} hits in all (Limits:{nameof(_limits.BatchHitsMax)}); found "
                + $"{hits:N0}.");
        }

        problems.ThrowIfAny();
        V1.SearchResult[] results = await Task.WhenAll(request.Searches.Select(TryAsync)).ConfigureAwait(false);
        return new V1.SearchBatchResponse { Results = { results } };

        async Task<V1.SearchResult> TryAsync(V1.SearchRequest one)
        {
            try
            {
                return new V1.SearchResult
                {
                    Response = await SearchAsync(
                        one, caller, new SearchOptions(IsOneOfMany: true), Whole, cancellation)
                        .ConfigureAwait(false),
                };
            }
            catch (Exception exception) when (
                ApiError.Of(exception) is { IsOurs: false, Kind: not ErrorKind.PermissionDenied } error)
            {
                return new V1.SearchResult
                {
                    Failure = new V1.Failure { Code = (int)GrpcStatus.Of(error.Kind), Message = error.Message },
                };
            }
        }
    }

    /// <summary>The same answer in parts.</summary>
    public async IAsyncEnumerable<V1.SearchPart> SearchStreamAsync(
        V1.SearchRequest request,
        Caller caller,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        (ModelLease found, SearchResponse response) = await FindAsync().ConfigureAwait(false);
        using ModelLease lease = found;
        foreach (Hit[] hits in response.Hits.Chunk(PartHits))
        {
            var part = new V1.SearchPart();
            part.Hits.AddRange(hits.Select(SearchWire.Write));
            yield return part;
        }

        yield return new V1.SearchPart { End = SearchWire.Write(response, lease, hitCount: 0) };

        async Task<(ModelLease Lease, SearchResponse Response)> FindAsync()
        {
            using CallScope call = telemetry.Begin(OperationKinds.SearchStream);
            ModelLease? entered = null;
            try
            {
                entered = await EnterAsync(request, caller, cancellation).ConfigureAwait(false);
                call.Of(entered.Value);
                return (entered.Value, await RunAsync(
                    request, entered.Value, call, new SearchOptions(IsStreamed: true), cancellation)
                    .ConfigureAwait(false));
            }
            catch (Exception error)
            {
                call.Fails(error);
                entered?.Dispose();
                throw;
            }
        }
    }

    /// <summary>How many items pass a filter.</summary>
    public async Task<V1.CountResponse> CountAsync(
        V1.CountRequest request, Caller caller, CancellationToken cancellation)
    {
        using CallScope call = telemetry.Begin(OperationKinds.Count);
        try
        {
            using ModelLease lease = await catalogue.EnterAsync(
                request.Model, caller, request.After, routingKey: null, cancellation).ConfigureAwait(false);
            call.Of(lease);
            var problems = new WireProblems();
            (Linr.Filters.PreparedFilter? filter, Linr.Filters.FilterParameters? parameters) = FilterWire.Read(
                request.Filter, lease.Retriever.Schema, _limits, filters, problems);
            problems.ThrowIfAny();
            ItemCount count = filter is null
                ? lease.Retriever.Count(default(Linr.Filters.Filter), parameters, cancellation)
                : lease.Retriever.Count(filter, parameters, cancellation);
            return new V1.CountResponse
            {
                Count = count.Passed,
                Items = count.Items,
                Version = lease.Version.Name,
                State = lease.State.ToString(),
            };
        }
        catch (Exception error) when (call.Fails(error))
        {
            throw;
        }
    }

    /// <summary>Checks a filter, and keeps it for searches to come.</summary>
    public V1.PrepareFilterResponse PrepareFilter(V1.PrepareFilterRequest request, Caller caller)
    {
        using ModelLease lease = catalogue.Enter(request.Model, caller, routingKey: null);
        KeptFilter kept = request.FormCase switch
        {
            V1.PrepareFilterRequest.FormOneofCase.Text => filters.OfText(request.Text),
            V1.PrepareFilterRequest.FormOneofCase.Json => filters.OfJson(request.Json),
            _ => throw new WireException("text", "expected the filter as text or JSON; found none."),
        };
        Linr.Filters.PreparedFilter prepared = kept.For(lease.Retriever.Schema);
        var response = new V1.PrepareFilterResponse
        {
            Prepared = filters.Keep(kept.Filter), Text = kept.Filter.ToString(),
        };
        response.Parameters.AddRange(prepared.ParameterNames);
        return response;
    }

    private async Task<T> SearchAsync<T>(
        V1.SearchRequest request,
        Caller caller,
        SearchOptions how,
        Func<SearchResponse, ModelLease, T> write,
        CancellationToken cancellation)
    {
        using CallScope call = telemetry.Begin(OperationKinds.Search);
        try
        {
            using ModelLease lease = await EnterAsync(request, caller, cancellation).ConfigureAwait(false);
            call.Of(lease);
            SearchResponse response = await RunAsync(request, lease, call, how, cancellation).ConfigureAwait(false);
            return write(response, lease);
        }
        catch (Exception error) when (call.Fails(error))
        {
            throw;
        }
    }

    private ValueTask<ModelLease> EnterAsync(
        V1.SearchRequest request, Caller caller, CancellationToken cancellation)
        => catalogue.EnterAsync(
            request.Model,
            caller,
            request.After,
            request.RoutingKey.Length == 0 ? null : request.RoutingKey,
            cancellation);

    private async Task<SearchResponse> RunAsync(
        V1.SearchRequest request,
        ModelLease lease,
        CallScope call,
        SearchOptions how,
        CancellationToken cancellation)
    {
        SearchRequest read = SearchWire.Read(request, lease.Retriever.Schema, _limits, how.IsStreamed, filters);
        if (how.Explains)
        {
            read = read with { Explain = true };
        }

        TimeSpan timeout = request.HasTimeoutMs && request.TimeoutMs > 0
            ? TimeSpan.FromMilliseconds(request.TimeoutMs) : _limits.Timeout;
        SearchResponse response = how.IsOneOfMany
            ? await lease.Batcher.SearchAsync(read, timeout, cancellation).ConfigureAwait(false)
            : await lease.Batcher.SearchHereAsync(read, timeout, cancellation).ConfigureAwait(false);
        call.Searched(read, response);
        lease.Model.Mirror(lease.Version, read, response);
        return response;
    }

    private static V1.SearchResponse Whole(SearchResponse response, ModelLease lease)
        => SearchWire.Write(response, lease, response.Hits.Count);

    /// <param name="IsStreamed">Whether the answer comes in parts, so that it may have more hits.</param>
    /// <param name="Explains">Whether the answer says how it was found.</param>
    /// <param name="IsOneOfMany">Whether others of the same request are to share its scan.</param>
    private readonly record struct SearchOptions(
        bool IsStreamed = false, bool Explains = false, bool IsOneOfMany = false);
}

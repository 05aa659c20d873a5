using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Linr.Client.Internal;
using Linr.Client.Wire;
using V1 = Linr.Protocol.V1;

namespace Linr.Client;

/// <content>Searches, counts and prepared filters.</content>
public sealed partial class LinrClient
{
    /// <summary>The best K items, exactly unless approximation is asked for.</summary>
    /// <exception cref="LinrException">The request is wrong, or the service failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task<SearchResponse> SearchAsync(SearchRequest request, CancellationToken cancellation = default)
        => SearchAsync(_retrievalCalls.Search, request, cancellation);

    /// <summary>The search, with how it was found: the filter as it was understood, and each stage in words.</summary>
    /// <inheritdoc cref="SearchAsync(SearchRequest, CancellationToken)"/>
    public Task<SearchResponse> ExplainAsync(SearchRequest request, CancellationToken cancellation = default)
        => SearchAsync(_retrievalCalls.Explain, request, cancellation);

    /// <summary>Many searches in one message; a wrong one fails alone. They share scans.</summary>
    /// <param name="requests">
    /// The searches; the longest of their timeouts is that of the call, where each has one of its own.
    /// </param>
    /// <param name="cancellation">Cancels it.</param>
    /// <returns>Results in the order of the searches.</returns>
    /// <exception cref="LinrException">The service failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<ImmutableArray<SearchResult>> SearchBatchAsync(
        IReadOnlyList<SearchRequest> requests, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        SearchResult[] results = await SearchAllAsync(requests, asForm: false, cancellation).ConfigureAwait(false);
        int[] forgotten =
        [
            .. Enumerable.Range(0, results.Length).Where(
                i => results[i].Error is { } error && IsForgotten(error, requests[i].Filter)),
        ];
        if (forgotten.Length > 0)
        {
            foreach (PreparedFilter filter in forgotten.Select(i => requests[i].Filter!.Prepared!).Distinct())
            {
                await PrepareAgainAsync(filter, cancellation).ConfigureAwait(false);
            }

            SearchResult[] again = await SearchAllAsync(
                [.. forgotten.Select(i => requests[i])], asForm: true, cancellation).ConfigureAwait(false);
            for (int i = 0; i < forgotten.Length; i++)
            {
                results[forgotten[i]] = again[i];
            }
        }

        return [.. results];
    }

    /// <summary>The answer in parts, best hits first, for a K that one message would not hold.</summary>
    /// <inheritdoc cref="SearchAsync(SearchRequest, CancellationToken)"/>
    public async IAsyncEnumerable<SearchPart> SearchStreamAsync(
        SearchRequest request, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        for (bool asForm = false; ; asForm = true)
        {
            using StreamedCall<V1.SearchPart> call = await StreamedCall<V1.SearchPart>.StartAsync(
                _runner,
                _retrievalCalls.SearchStream,
                (V1.SearchRequest one, CallOptions settings) => _retrieval.SearchStream(one, settings),
                Write(request, asForm),
                request.Model,
                cancellation).ConfigureAwait(false);
            bool hasNext;
            try
            {
                hasNext = await call.MoveNextAsync(cancellation).ConfigureAwait(false);
            }
            catch (LinrException error) when (!asForm && IsForgotten(error, request.Filter))
            {
                await PrepareAgainAsync(request.Filter!.Prepared!, cancellation).ConfigureAwait(false);
                continue;
            }

            while (hasNext)
            {
                yield return AnswerWire.Read(call.Current);
                hasNext = await call.MoveNextAsync(cancellation).ConfigureAwait(false);
            }

            yield break;
        }
    }

    /// <summary>How many items pass a filter, exactly.</summary>
    /// <inheritdoc cref="SearchAsync(SearchRequest, CancellationToken)"/>
    public async Task<ItemCount> CountAsync(CountRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        V1.CountResponse response = await RunAsync(
            _retrievalCalls.Count,
            asForm => new V1.CountRequest
            {
                Model = request.Model,
                Filter = request.Filter?.ToWire(asForm),
                After = AfterOf(request.Model, request.After, request.ReadYourWrites) ?? string.Empty,
            },
            request.Model,
            request.Filter,
            timeout: null,
            cancellation).ConfigureAwait(false);
        return new ItemCount(response.Count, response.Items, response.Version, response.State);
    }

    /// <summary>How many items pass a filter, exactly.</summary>
    /// <param name="model">A model or an alias.</param>
    /// <param name="filter">The filter; null: all items are counted.</param>
    /// <param name="cancellation">Cancels it.</param>
    /// <inheritdoc cref="SearchAsync(SearchRequest, CancellationToken)"/>
    public Task<ItemCount> CountAsync(
        string model, Filter? filter = null, CancellationToken cancellation = default)
        => CountAsync(new CountRequest { Model = model, Filter = filter }, cancellation);

    /// <summary>Has the service check a filter, and keep it for searches that give values of its parameters.</summary>
    /// <param name="model">A model or an alias.</param>
    /// <param name="filter">The filter, as text or JSON.</param>
    /// <param name="cancellation">Cancels it.</param>
    /// <exception cref="LinrException">The filter is wrong, or the service failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<PreparedFilter> PrepareFilterAsync(
        string model, Filter filter, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        ArgumentNullException.ThrowIfNull(filter);
        V1.PrepareFilterResponse response = await PrepareAsync(model, filter.Form, cancellation).ConfigureAwait(false);
        return new PreparedFilter(
            model, filter.Form, response.Prepared, response.Text, [.. response.Parameters]);
    }

    private Task<SearchResponse> SearchAsync(
        Call<V1.SearchRequest, SearchResponse> call, SearchRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        return RunAsync(
            call,
            asForm => Write(request, asForm),
            request.Model,
            request.Filter,
            request.Timeout,
            cancellation);
    }

    private async Task<SearchResult[]> SearchAllAsync(
        IReadOnlyList<SearchRequest> requests, bool asForm, CancellationToken cancellation)
    {
        var batch = new V1.SearchBatchRequest();
        batch.Searches.AddRange(requests.Select(one => Write(one, asForm)));
        V1.SearchBatchResponse response = await _runner.RunAsync(
            _retrievalCalls.SearchBatch,
            batch,
            requests.Count > 0 ? requests[0].Model : null,
            LongestTimeout(requests),
            cancellation).ConfigureAwait(false);
        return response.Results.Count == requests.Count
            ? [.. response.Results.Select(AnswerWire.Read)]
            : throw AnswerWire.Wrong($"{requests.Count} results", $"{response.Results.Count}");
    }

    // None where one has none of its own: the client's then is that of all.
    private static TimeSpan? LongestTimeout(IReadOnlyList<SearchRequest> requests)
        => requests.Any(one => one.Timeout is null) ? null
            : requests.Any(one => one.Timeout == Timeout.InfiniteTimeSpan) ? Timeout.InfiniteTimeSpan
            : requests.Max(one => one.Timeout);

    private V1.SearchRequest Write(SearchRequest request, bool asForm)
        => SearchWire.Write(request, AfterOf(request.Model, request.After, request.ReadYourWrites), asForm);

    /// <summary>
    /// A call whose filter may be a prepared one. Where the server has forgotten that, it is prepared again, and this
    /// call sends the filter itself: another of several servers may answer it.
    /// </summary>
    private async Task<TResponse> RunAsync<TRequest, TResponse>(
        Call<TRequest, TResponse> call,
        Func<bool, TRequest> write,
        string model,
        Filter? filter,
        TimeSpan? timeout,
        CancellationToken cancellation)
    {
        try
        {
            return await _runner.RunAsync(call, write(false), model, timeout, cancellation).ConfigureAwait(false);
        }
        catch (LinrException error) when (IsForgotten(error, filter))
        {
            await PrepareAgainAsync(filter!.Prepared!, cancellation).ConfigureAwait(false);
        }

        return await _runner.RunAsync(call, write(true), model, timeout, cancellation).ConfigureAwait(false);
    }

    private static bool IsForgotten(LinrException error, Filter? filter)
        => error.Status == StatusCode.FailedPrecondition && filter?.Prepared is not null;

    private async Task PrepareAgainAsync(PreparedFilter filter, CancellationToken cancellation)
    {
        LinrTelemetry.CountPreparedAgain();
        filter.Token = (await PrepareAsync(filter.Model, filter.Form, cancellation).ConfigureAwait(false)).Prepared;
    }

    private Task<V1.PrepareFilterResponse> PrepareAsync(
        string model, FilterForm form, CancellationToken cancellation)
    {
        var request = new V1.PrepareFilterRequest { Model = model };
        if (form.IsJson)
        {
            request.Json = form.Text;
        }
        else
        {
            request.Text = form.Text;
        }

        return _runner.RunAsync(_retrievalCalls.PrepareFilter, request, model, timeout: null, cancellation);
    }
}

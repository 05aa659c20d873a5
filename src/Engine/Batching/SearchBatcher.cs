using Linr.Engine.Requests;

namespace Linr.Engine.Batching;

/// <summary>
/// Answers requests of many callers, who share scans: requests that score the same embeddings and group by the same
/// attribute are scanned together. Each answer has the bits that <see cref="Retriever.Search"/> gives.
/// </summary>
public sealed class SearchBatcher : IDisposable
{
    private readonly Retriever _retriever;
    private readonly BatchScheduler _scheduler;

    /// <summary>Starts a batcher, with a thread for each of its concurrent batches.</summary>
    /// <param name="retriever">Answers the batches; it must outlive the batcher.</param>
    /// <param name="options">How to put batches together; null: the defaults.</param>
    /// <param name="time">Tells arrivals, windows and timeouts; null: the system's.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public SearchBatcher(Retriever retriever, BatchOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(retriever);
        _retriever = retriever;
        _scheduler = new BatchScheduler(
            options ?? new BatchOptions(), time ?? TimeProvider.System, () => new SearchSlot(), Search);
    }

    /// <summary>What it has done until now.</summary>
    public BatchCounters Counters => _scheduler.Counters;

    /// <summary>
    /// Answers one request. The request is checked, and its query embedded, on the calling thread; then it waits for
    /// its batch.
    /// </summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="timeout">How long the request may wait for its scan; null: what the options say.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <exception cref="ArgumentException">The request is wrong; the message lists every problem.</exception>
    /// <exception cref="Linr.Filters.FilterException">
    /// The filter or its parameters are wrong; every problem has its position.
    /// </exception>
    /// <exception cref="QueueFullException">As many requests wait already as may.</exception>
    /// <exception cref="TimeoutException">It expired before its scan began.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The batcher was disposed.</exception>
    public Task<SearchResponse> SearchAsync(
        SearchRequest request, TimeSpan? timeout = null, CancellationToken cancellation = default)
        => SearchAsync(request, timeout, runsHere: false, cancellation);

    /// <summary>
    /// The same, but where nothing waits or runs the calling thread does the scan, before this returns: two changes of
    /// threads less for callers that await each search before they begin the next. Of many that are begun before the
    /// first is awaited each would be scanned alone.
    /// </summary>
    /// <inheritdoc cref="SearchAsync(SearchRequest, TimeSpan?, CancellationToken)"/>
    public Task<SearchResponse> SearchHereAsync(
        SearchRequest request, TimeSpan? timeout = null, CancellationToken cancellation = default)
        => SearchAsync(request, timeout, runsHere: true, cancellation);

    /// <summary>Ends the batches that run; requests that wait get an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose() => _scheduler.Dispose();

    private async Task<SearchResponse> SearchAsync(
        SearchRequest request, TimeSpan? timeout, bool runsHere, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (timeout is { } some)
        {
            BatchOptions.CheckTimeout(some);
        }

        cancellation.ThrowIfCancellationRequested();
        RequestWork work = _retriever.Prepare(request);
        var slot = (SearchSlot)_scheduler.Rent();
        slot.Work = work;
        slot.Shape = ScanShape.Of(work.Request, work.Query);
        ValueTask<SearchResponse> answer = slot.Answer;
        if (runsHere)
        {
            _scheduler.RunOrEnqueue(slot, timeout, cancellation);
        }
        else
        {
            _scheduler.Enqueue(slot, timeout, cancellation);
        }

        return await answer.ConfigureAwait(false);
    }

    private void Search(ReadOnlySpan<BatchSlot> batch, int lane, CancellationToken cancellation)
    {
        var works = new RequestWork[batch.Length];
        for (int i = 0; i < works.Length; i++)
        {
            works[i] = ((SearchSlot)batch[i]).Work!;
            works[i].Clock.End("queue", $"waited for a batch of {batch.Length}");
        }

        _retriever.RunShared(((SearchSlot)batch[0]).Shape, works, cancellation);
        for (int i = 0; i < works.Length; i++)
        {
            if (!_scheduler.TryDecide(batch[i]))
            {
                continue;
            }

            if (works[i].Failure is { } failure)
            {
                batch[i].Fail(failure);
            }
            else
            {
                ((SearchSlot)batch[i]).SetAnswer(works[i].Response!);
            }
        }
    }
}

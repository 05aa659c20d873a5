using System.Threading.Channels;

namespace Linr.Server.Models;

/// <summary>Makes mirrored searches on a version, one at a time, and compares its answers with those that were given.</summary>
internal sealed class ShadowRun : IAsyncDisposable
{
    private const int WaitingMax = 64;

    private readonly ModelVersion _version;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;
    private readonly Channel<(SearchRequest Request, SearchResponse Given)> _waiting
        = Channel.CreateBounded<(SearchRequest, SearchResponse)>(WaitingMax);

    private readonly Lock _lock = new();
    private long _compared;
    private long _failed;
    private long _dropped;
    private long _sharedHits;
    private double _overlap;
    private double _difference;
    private double _liveMicroseconds;
    private double _shadowMicroseconds;

    /// <summary>Starts it.</summary>
    /// <param name="version">The version that is compared.</param>
    public ShadowRun(ModelVersion version)
    {
        _version = version;
        _run = Task.Run(RunAsync);
    }

    /// <summary>The version that is compared.</summary>
    public ModelVersion Version => _version;

    /// <summary>What was said until now.</summary>
    public ShadowComparison Comparison
    {
        get
        {
            lock (_lock)
            {
                double compared = Math.Max(_compared, 1);
                return new ShadowComparison(
                    _compared,
                    _failed,
                    Interlocked.Read(ref _dropped),
                    _overlap / compared,
                    _difference / Math.Max(_sharedHits, 1),
                    _liveMicroseconds / compared / 1_000,
                    _shadowMicroseconds / compared / 1_000);
            }
        }
    }

    /// <summary>Takes a search, if not too many wait.</summary>
    public void Offer(SearchRequest request, SearchResponse given)
    {
        if (!_waiting.Writer.TryWrite((request, given)))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _stop.CancelAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach ((SearchRequest request, SearchResponse given) in
                _waiting.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                Add(given, await TryAnswerAsync(request).ConfigureAwait(false));
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private async Task<SearchResponse?> TryAnswerAsync(SearchRequest request)
    {
        try
        {
            ServedBatches served = _version.Enter();
            try
            {
                // The filter was checked against the live version's schema.
                SearchRequest own = request with
                {
                    Filter = request.PreparedFilter?.Filter ?? request.Filter, PreparedFilter = null,
                };
                return await served.Batcher.SearchAsync(own, cancellation: _stop.Token).ConfigureAwait(false);
            }
            finally
            {
                served.Leave();
            }
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // Whatever it is: that the shadow cannot answer is what the comparison is to tell.
            return null;
        }
    }

    private void Add(SearchResponse given, SearchResponse? own)
    {
        lock (_lock)
        {
            if (own is null)
            {
                _failed++;
                return;
            }

            Dictionary<ItemId, float> scores = own.Hits.ToDictionary(hit => hit.Id, hit => hit.Score);
            int shared = 0;
            foreach (Hit hit in given.Hits)
            {
                if (scores.TryGetValue(hit.Id, out float score))
                {
                    shared++;
                    _difference += score - hit.Score;
                }
            }

            _compared++;
            _sharedHits += shared;
            _overlap += given.Hits.Count == 0 ? 1 : shared / (double)given.Hits.Count;
            _liveMicroseconds += given.Stages.Sum(stage => stage.Microseconds);
            _shadowMicroseconds += own.Stages.Sum(stage => stage.Microseconds);
        }
    }
}

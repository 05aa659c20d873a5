using System.Numerics.Tensors;
using Linr.Engine.Scan;
using Linr.Index.Ids;
using Linr.Kernels.Filter;
using Linr.Kernels.Scan;

namespace Linr.Engine.Batching;

/// <summary>
/// Searches by vectors for many callers at once, who share scans: query vectors in, rows, ids and scores out. Of items
/// that change each batch searches one state. Once it is warm, a search allocates no managed memory, but for ids that
/// are texts.
/// </summary>
public sealed class VectorBatcher : IDisposable
{
    private readonly RowSearcher[] _searchers;
    private readonly BatchScheduler _scheduler;
    private readonly IdColumn _ids;
    private readonly bool _isLive;
    private readonly int _dim;

    /// <summary>Starts a batcher, with a thread for each of its concurrent batches.</summary>
    /// <param name="retriever">Whose items are searched; it must outlive the batcher.</param>
    /// <param name="options">How to put batches together; null: the defaults.</param>
    /// <param name="embedding">The embedding to score; null: the schema's first.</param>
    /// <param name="time">Tells arrivals, windows and timeouts; null: the system's.</param>
    /// <exception cref="ArgumentException">
    /// An option is out of its range, or there is no such embedding.
    /// </exception>
    public VectorBatcher(
        Retriever retriever, BatchOptions? options = null, string? embedding = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(retriever);
        _ids = retriever.Table.Ids;
        _isLive = retriever.IsLive;
        BatchOptions used = (options ?? new BatchOptions()).Check();
        string name = embedding ?? retriever.Schema.Embeddings[0].Name;
        _searchers = new RowSearcher[used.ConcurrentBatches];
        for (int lane = 0; lane < _searchers.Length; lane++)
        {
            _searchers[lane] = retriever.CreateRowSearcher(name);
        }

        _dim = retriever.Schema.FindEmbedding(name)!.Dim;
        _scheduler = new BatchScheduler(used, time ?? TimeProvider.System, () => new VectorSlot(_dim), Search);
    }

    /// <summary>What it has done until now.</summary>
    public BatchCounters Counters => _scheduler.Counters;

    /// <summary>Finds the best rows of a query. The answer is to be awaited once.</summary>
    /// <param name="vector">The query vector, [D], finite; copied before this returns.</param>
    /// <param name="hits">
    /// Takes the hits, best first, as many as it has room for; its length is K, 1 or more. It is the batcher's until
    /// the search has ended.
    /// </param>
    /// <param name="ids">
    /// Takes the ids of the hits' items, at the same places: room for as many, or for none where they are not wanted.
    /// Of items that change they are wanted always: by the time that a row is read it may have another item. It is
    /// the
    /// batcher's for as long as <paramref name="hits"/>.
    /// </param>
    /// <param name="filter">Which rows may be returned; null: every row.</param>
    /// <param name="scoreMin">The lowest score that a hit may have.</param>
    /// <param name="timeout">How long the search may wait for its scan; null: what the options say.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <returns>The number of hits.</returns>
    /// <exception cref="ArgumentException">An argument is wrong.</exception>
    /// <exception cref="QueueFullException">As many searches wait already as may.</exception>
    /// <exception cref="TimeoutException">It expired before its scan began.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The batcher was disposed.</exception>
    public ValueTask<int> SearchAsync(
        ReadOnlySpan<float> vector,
        Memory<ScanHit> hits,
        Memory<ItemId> ids = default,
        RowFilter? filter = null,
        float scoreMin = float.NegativeInfinity,
        TimeSpan? timeout = null,
        CancellationToken cancellation = default)
    {
        Check(vector, hits, ids, scoreMin, timeout);
        var slot = (VectorSlot)_scheduler.Rent();
        vector.CopyTo(slot.Vector);
        slot.Hits = hits;
        slot.Ids = ids;
        slot.Filter = filter;
        slot.ScoreMin = scoreMin;
        ValueTask<int> answer = slot.Answer;
        _scheduler.Enqueue(slot, timeout, cancellation);
        return answer;
    }

    /// <summary>Ends the batches that run; searches that wait get an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        _scheduler.Dispose();
        Array.ForEach(_searchers, searcher => searcher.Dispose());
    }

    private void Search(ReadOnlySpan<BatchSlot> batch, int lane, CancellationToken cancellation)
    {
        RowSearcher searcher = _searchers[lane];
        searcher.Begin(batch.Length);
        try
        {
            Search(searcher, batch, cancellation);
        }
        finally
        {
            // No view of an idle lane keeps rows of items that are gone.
            searcher.End();
        }
    }

    private void Search(RowSearcher searcher, ReadOnlySpan<BatchSlot> batch, CancellationToken cancellation)
    {
        int k = 0;
        for (int query = 0; query < batch.Length; query++)
        {
            var slot = (VectorSlot)batch[query];
            slot.Vector.CopyTo(searcher.Query(query));
            searcher.SetFilter(query, slot.Filter);
            searcher.SetScoreMin(query, slot.ScoreMin);
            k = Math.Max(k, slot.Hits.Length);
        }

        searcher.Search(k, cancellation);
        for (int query = 0; query < batch.Length; query++)
        {
            var slot = (VectorSlot)batch[query];
            if (_scheduler.TryDecide(slot))
            {
                ReadOnlySpan<ScanHit> found = searcher.Hits(query);
                found = found[..Math.Min(found.Length, slot.Hits.Length)];
                found.CopyTo(slot.Hits.Span);
                ReadIds(found, slot.Ids.Span);
                slot.SetAnswer(found.Length);
            }
        }
    }

    private void ReadIds(ReadOnlySpan<ScanHit> hits, Span<ItemId> ids)
    {
        for (int place = 0; place < hits.Length && !ids.IsEmpty; place++)
        {
            ids[place] = _ids.Read(hits[place].Row);
        }
    }

    private void Check(
        ReadOnlySpan<float> vector, Memory<ScanHit> hits, Memory<ItemId> ids, float scoreMin, TimeSpan? timeout)
    {
        if (vector.Length != _dim)
        {
            throw new ArgumentException($"Expected {_dim} numbers; found {vector.Length}.", nameof(vector));
        }

        if (!(TensorPrimitives.Norm(vector) <= Limits.NormMax))
        {
            throw new ArgumentException(
                $"Expected finite numbers and a norm of at most {Limits.NormMax:g}.", nameof(vector));
        }

        if (hits.IsEmpty)
        {
            throw new ArgumentException("Expected room for a hit or more; found none.", nameof(hits));
        }

        if (ids.Length < hits.Length && (_isLive || !ids.IsEmpty))
        {
            throw new ArgumentException(
                $"Expected room for as many ids as hits, {hits.Length}; found {ids.Length}"
                + (_isLive ? ". Items change: rows alone do not say which they are." : "."),
                nameof(ids));
        }

        if (float.IsNaN(scoreMin))
        {
            throw new ArgumentException("Expected a number; found NaN.", nameof(scoreMin));
        }

        if (timeout is { } some)
        {
            BatchOptions.CheckTimeout(some);
        }
    }
}

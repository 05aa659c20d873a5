using System.Collections.Concurrent;
using Linr.Engine.Requests;

namespace Linr.Engine.Scan;

/// <summary>
/// Searchers that wait for their next use, by the embeddings that they score, and the backends that they take turns in
/// using. A device has few backends: who comes when all are in use waits.
/// </summary>
/// <param name="table">The table.</param>
/// <param name="makeBackend">Makes a backend.</param>
/// <param name="backendsMax">How many there may be; 0 is as many as there are callers.</param>
internal sealed class SearcherPool(TableScan table, Func<ISearchBackend> makeBackend, int backendsMax) : IDisposable
{
    private readonly ConcurrentDictionary<
        (string Embeddings, ScoreSource Source), ConcurrentStack<RowSearcher>> _waiting = new();
    private readonly ConcurrentStack<ISearchBackend> _backends = new();
    private readonly SemaphoreSlim? _free = backendsMax > 0 ? new SemaphoreSlim(backendsMax) : null;

    /// <summary>A searcher with a backend, until what is returned is disposed.</summary>
    /// <param name="shape">Which embeddings it searches.</param>
    /// <param name="source">What it searches of them.</param>
    /// <param name="cancellation">Looked at while it waits.</param>
    /// <exception cref="OperationCanceledException">It was cancelled while all backends were in use.</exception>
    public RentedSearcher Rent(ScanShape shape, ScoreSource source, CancellationToken cancellation)
    {
        _free?.Wait(cancellation);
        try
        {
            ISearchBackend backend = _backends.TryPop(out ISearchBackend? idle) ? idle : makeBackend();
            ConcurrentStack<RowSearcher> waiting = _waiting.GetOrAdd((shape.Embeddings, source), _ => new());
            if (!waiting.TryPop(out RowSearcher? searcher))
            {
                searcher = new RowSearcher(table, null, shape.EmbeddingNames, source);
            }

            searcher.GiveBackend(backend);
            return new RentedSearcher(this, waiting, searcher);
        }
        catch
        {
            _free?.Release();
            throw;
        }
    }

    /// <summary>
    /// Takes a searcher back; also after a search was cancelled, for every search starts its memory anew.
    /// </summary>
    internal void Return(ConcurrentStack<RowSearcher> waiting, RowSearcher searcher)
    {
        _backends.Push(searcher.TakeBackend()!);
        waiting.Push(searcher);
        _free?.Release();
    }

    public void Dispose()
    {
        foreach (ISearchBackend backend in _backends)
        {
            backend.Dispose();
        }

        _backends.Clear();
        _waiting.Clear();
        _free?.Dispose();
    }
}

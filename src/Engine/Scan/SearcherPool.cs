using System.Collections.Concurrent;

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
    private readonly ConcurrentDictionary<string, ConcurrentStack<RowSearcher>> _waiting = new();
    private readonly ConcurrentStack<ISearchBackend> _backends = new();
    private readonly SemaphoreSlim? _free = backendsMax > 0 ? new SemaphoreSlim(backendsMax) : null;

    /// <summary>A searcher with a backend.</summary>
    /// <param name="key">Under which searchers of these embeddings, and of rows or codes, are kept.</param>
    /// <param name="embeddings">The embeddings.</param>
    /// <param name="cancellation">Looked at while it waits.</param>
    /// <param name="isOfCodes">Whether it searches codes.</param>
    /// <exception cref="OperationCanceledException">It was cancelled while all backends were in use.</exception>
    public RowSearcher Rent(
        string key, IReadOnlyList<string> embeddings, CancellationToken cancellation, bool isOfCodes = false)
    {
        _free?.Wait(cancellation);
        try
        {
            ISearchBackend backend = _backends.TryPop(out ISearchBackend? idle) ? idle : makeBackend();
            ConcurrentStack<RowSearcher> waiting = _waiting.GetOrAdd(key, _ => new ConcurrentStack<RowSearcher>());
            if (!waiting.TryPop(out RowSearcher? searcher))
            {
                searcher = new RowSearcher(table, null, embeddings, isOfCodes);
            }

            searcher.GiveBackend(backend);
            return searcher;
        }
        catch
        {
            _free?.Release();
            throw;
        }
    }

    public void Return(string key, RowSearcher searcher)
    {
        _backends.Push(searcher.TakeBackend()!);
        _waiting[key].Push(searcher);
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

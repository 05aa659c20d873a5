using System.Collections.Concurrent;
using Linr.Kernels.Scan;

namespace Linr.Engine.Scan;

/// <summary>Searchers that wait for their next use, by the embeddings that they score.</summary>
internal sealed class SearcherPool(TableScan table, ScanWorkers? workers) : IDisposable
{
    private readonly ConcurrentDictionary<string, ConcurrentStack<RowSearcher>> _waiting = new();

    public RowSearcher Rent(string key, IReadOnlyList<string> embeddings)
        => _waiting.GetOrAdd(key, _ => new ConcurrentStack<RowSearcher>()).TryPop(out RowSearcher? searcher)
            ? searcher
            : new RowSearcher(table, workers, embeddings);

    public void Return(string key, RowSearcher searcher) => _waiting[key].Push(searcher);

    public void Dispose()
    {
        foreach (RowSearcher searcher in _waiting.Values.SelectMany(stack => stack))
        {
            searcher.Dispose();
        }

        _waiting.Clear();
    }
}

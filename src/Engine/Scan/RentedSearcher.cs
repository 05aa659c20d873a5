using System.Collections.Concurrent;

namespace Linr.Engine.Scan;

/// <summary>A searcher of a pool, for one user; disposing it gives the searcher back.</summary>
internal readonly struct RentedSearcher(
    SearcherPool pool, ConcurrentStack<RowSearcher> waiting, RowSearcher searcher) : IDisposable
{
    public RowSearcher Searcher { get; } = searcher;

    public void Dispose() => pool.Return(waiting, Searcher);
}

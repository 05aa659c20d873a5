using System.Diagnostics;
using Linr.Engine;
using Linr.Engine.Scan;

namespace Linr.Bench.Device;

/// <summary>Searches one after the other by vectors, through the engine.</summary>
internal sealed class SearchLoop(Retriever retriever, float[] queries, int dim, int batch, int k) : IDisposable
{
    private readonly RowSearcher _searcher = retriever.CreateRowSearcher();
    private int _next;

    /// <summary>What each search took, ms.</summary>
    public double[] Run(double seconds, CancellationToken over = default)
    {
        var times = new List<double>();
        long start = Stopwatch.GetTimestamp();
        while (times.Count == 0 || (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds && !over.IsCancellationRequested))
        {
            long began = Stopwatch.GetTimestamp();
            _searcher.Begin(batch);
            for (int query = 0; query < batch; query++)
            {
                queries.AsSpan(_next * dim, dim).CopyTo(_searcher.Query(query));
                _next = (_next + 1) % (queries.Length / dim);
            }

            _searcher.Search(k, CancellationToken.None);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        return _searcher.Engine == retriever.Engine
            ? [.. times]
            : throw new InvalidOperationException($"Expected searches by {retriever.Engine}; found {_searcher.Engine}.");
    }

    /// <inheritdoc/>
    public void Dispose() => _searcher.Dispose();
}

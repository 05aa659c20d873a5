using System.Diagnostics;
using Linr.Engine.Bench;
using Linr.Kernels.Scan;

namespace Linr.Engine.Quantization;

/// <summary>An answer, best first; valid until the next one.</summary>
internal delegate ReadOnlySpan<ScanHit> Answer(ReadOnlyMemory<float> query);

/// <summary>
/// Times several ways to answer the same queries one at a time, and counts what they have of the exact answers. The
/// ways take turns of some queries each: a neighbour's load meets all of them, and none has a cache for itself alone.
/// </summary>
internal sealed class Turns
{
    /// <summary>Queries of a turn; the first ones find cold caches, and are few enough for a median.</summary>
    private const int TurnQueries = 20;

    private readonly ReadOnlyMemory<float>[] _queries;
    private readonly Dictionary<uint, int>[] _ranks;

    /// <param name="queries">The queries.</param>
    /// <param name="exact">Their exact answers, of as many hits as will be counted at most.</param>
    public Turns(ReadOnlyMemory<float>[] queries, Answer exact)
    {
        _queries = queries;
        _ranks = [.. queries.Select(query => Ranks(exact(query)))];
    }

    /// <summary>How many turns each way takes.</summary>
    public int Count => (_queries.Length + TurnQueries - 1) / TurnQueries;

    /// <summary>The recall and the median microseconds of each way.</summary>
    /// <param name="k">Hits that they find.</param>
    /// <param name="ways">The ways.</param>
    /// <param name="turned">Called after every way had its turn.</param>
    public (double Recall, double MedianUs)[] Measure(int k, Answer[] ways, Action turned)
    {
        double[][] samplesUs = [.. ways.Select(_ => new double[_queries.Length])];
        long[] found = new long[ways.Length];
        foreach (Answer way in ways)
        {
            // The first search of a size makes room for it.
            _ = way(_queries[0]);
        }

        for (int first = 0; first < _queries.Length; first += TurnQueries)
        {
            int end = Math.Min(first + TurnQueries, _queries.Length);
            for (int way = 0; way < ways.Length; way++)
            {
                for (int query = first; query < end; query++)
                {
                    long start = Stopwatch.GetTimestamp();
                    ReadOnlySpan<ScanHit> hits = ways[way](_queries[query]);
                    samplesUs[way][query] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
                    found[way] += CountExact(hits, query, k);
                }
            }

            turned();
        }

        double all = (double)k * _queries.Length;
        return [.. samplesUs.Zip(found, (samples, count) => (count / all, Medians.Of(samples)))];
    }

    private static Dictionary<uint, int> Ranks(ReadOnlySpan<ScanHit> hits)
    {
        var ranks = new Dictionary<uint, int>(hits.Length);
        foreach (ScanHit hit in hits)
        {
            ranks.Add(hit.Row, ranks.Count);
        }

        return ranks;
    }

    private int CountExact(ReadOnlySpan<ScanHit> hits, int query, int k)
    {
        int count = 0;
        foreach (ScanHit hit in hits)
        {
            count += _ranks[query].TryGetValue(hit.Row, out int rank) && rank < k ? 1 : 0;
        }

        return count;
    }
}

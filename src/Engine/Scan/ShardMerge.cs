using Linr.Engine.Devices;
using Linr.Kernels;
using Linr.Kernels.Scan;

namespace Linr.Engine.Scan;

/// <summary>
/// The hits of several shards as those of one table: score descending, then the table's order of rows.
/// </summary>
/// <param name="shards">The shards.</param>
/// <param name="order">What settles equal scores.</param>
internal sealed class ShardMerge(IReadOnlyList<DeviceShard> shards, RowOrder order)
{
    private readonly int[] _next = new int[shards.Count];
    private ScanHit[] _hits = [];
    private int[] _starts = [];

    /// <summary>The hits of a query.</summary>
    public ReadOnlySpan<ScanHit> Hits(int query) => _hits.AsSpan(_starts[query].._starts[query + 1]);

    /// <summary>Merges the answers of a batch.</summary>
    /// <param name="answers">[shard].</param>
    /// <param name="queryCount">Queries of the batch.</param>
    /// <param name="k">Hits of a query at most.</param>
    public void Merge(DeviceSearchWorkspace[] answers, int queryCount, int k)
    {
        Reserve(answers, queryCount, k);
        for (int query = 0; query < queryCount; query++)
        {
            Array.Clear(_next);
            for (int i = _starts[query]; i < _starts[query + 1]; i++)
            {
                _hits[i] = TakeBest(answers, query);
            }
        }
    }

    private void Reserve(DeviceSearchWorkspace[] answers, int queryCount, int k)
    {
        if (_starts.Length <= queryCount)
        {
            _starts = new int[queryCount + 1];
        }

        for (int query = 0; query < queryCount; query++)
        {
            long found = 0;
            foreach (DeviceSearchWorkspace answer in answers)
            {
                found += answer.Hits(query).Length;
            }

            _starts[query + 1] = checked(_starts[query] + (int)Math.Min(found, k));
        }

        if (_hits.Length < _starts[queryCount])
        {
            _hits = new ScanHit[_starts[queryCount]];
        }
    }

    private ScanHit TakeBest(DeviceSearchWorkspace[] answers, int query)
    {
        int best = -1;
        ScanHit found = default;
        for (int shard = 0; shard < answers.Length; shard++)
        {
            ReadOnlySpan<ScanHit> hits = answers[shard].Hits(query);
            if (_next[shard] == hits.Length)
            {
                continue;
            }

            ScanHit hit = hits[_next[shard]];
            hit = hit with { Row = hit.Row + shards[shard].Layout.Shard.FirstRow };
            if (best < 0 || hit.Score > found.Score
                || (hit.Score == found.Score && order.Compare(hit.Row, found.Row) < 0))
            {
                (best, found) = (shard, hit);
            }
        }

        _next[best]++;
        return found;
    }
}

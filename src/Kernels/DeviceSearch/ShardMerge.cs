using Linr.Kernels.Filter;
using Linr.Kernels.Scan;

namespace Linr.Kernels;

/// <summary>
/// The hits of several shards as those of one table: score descending, then the table's order of rows. A cap on groups
/// holds over all shards: a row that a shard left out has there K better ones, and where the cap drops one of these,
/// other shards have as many better ones of its group.
/// </summary>
/// <param name="firstRows">[shard]: the table's row that is its row 0.</param>
/// <param name="order">What settles equal scores of the table's rows.</param>
public sealed class ShardMerge(IReadOnlyList<uint> firstRows, RowOrder order)
{
    private readonly int[] _next = new int[firstRows.Count];
    private readonly GroupCaps _caps = new();
    private ScanHit[] _hits = [];
    private int[] _starts = [];
    private int[] _counts = [];

    /// <summary>The hits of a query, best first; valid until the next merge.</summary>
    public ReadOnlySpan<ScanHit> Hits(int query) => _hits.AsSpan(_starts[query], _counts[query]);

    /// <summary>Merges the answers of a batch.</summary>
    /// <param name="answers">[shard].</param>
    /// <param name="request">What each was asked for, of the whole table.</param>
    /// <exception cref="OverflowException">The hits are more than an array holds.</exception>
    public void Merge(ReadOnlySpan<DeviceSearchWorkspace> answers, ScanRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Reserve(answers, request.QueryCount, request.K);
        for (int query = 0; query < request.QueryCount; query++)
        {
            Merge(answers, query, request.K, request.Groups.Span, request.GroupCap);
        }
    }

    private void Merge(
        ReadOnlySpan<DeviceSearchWorkspace> answers, int query, int k, ReadOnlySpan<ColumnBlock> groups, int groupCap)
    {
        Array.Clear(_next);
        Span<ScanHit> hits = _hits.AsSpan(_starts[query].._starts[query + 1]);
        if (!groups.IsEmpty)
        {
            _caps.Clear(hits.Length, groupCap);
        }

        int count = 0;
        while (count < k && TryTakeBest(answers, query, out ScanHit hit))
        {
            if (groups.IsEmpty || _caps.TryTake(GroupCaps.CodeOf(groups, hit.Row), hit.Score))
            {
                hits[count++] = hit;
            }
        }

        _counts[query] = count;
    }

    private void Reserve(ReadOnlySpan<DeviceSearchWorkspace> answers, int queryCount, int k)
    {
        ScanArrays.Grow(ref _starts, queryCount + 1);
        ScanArrays.Grow(ref _counts, queryCount);
        for (int query = 0; query < queryCount; query++)
        {
            long found = 0;
            foreach (DeviceSearchWorkspace answer in answers)
            {
                found += answer.Hits(query).Length;
            }

            _starts[query + 1] = checked(_starts[query] + (int)Math.Min(found, k));
        }

        ScanArrays.Grow(ref _hits, _starts[queryCount]);
    }

    private bool TryTakeBest(ReadOnlySpan<DeviceSearchWorkspace> answers, int query, out ScanHit best)
    {
        int from = -1;
        best = default;
        for (int shard = 0; shard < answers.Length; shard++)
        {
            ReadOnlySpan<ScanHit> hits = answers[shard].Hits(query);
            if (_next[shard] < hits.Length)
            {
                ScanHit hit = hits[_next[shard]];
                hit = hit with { Row = hit.Row + firstRows[shard] };
                if (from < 0 || hit.Score > best.Score
                    || (hit.Score == best.Score && order.Compare(hit.Row, best.Row) < 0))
                {
                    (from, best) = (shard, hit);
                }
            }
        }

        if (from >= 0)
        {
            _next[from]++;
        }

        return from >= 0;
    }
}

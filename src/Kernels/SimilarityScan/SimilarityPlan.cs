using Linr.Kernels.Filter;
using Linr.Kernels.Similarities;
using Linr.Memory;

namespace Linr.Kernels.Scan;

/// <summary>What all threads of one scan by a learned similarity share.</summary>
internal sealed unsafe class SimilarityPlan : IDisposable
{
    private NativeBuffer? _packed;
    private RowFilter?[] _filters = [];
    private int[] _filterOfQuery = [];

    /// <summary>What scores.</summary>
    public LearnedSimilarity Similarity { get; private set; } = null!;

    /// <summary>The request.</summary>
    public ScanRequest Request { get; private set; } = null!;

    /// <summary>Threads.</summary>
    public int WorkerCount { get; private set; }

    /// <summary>Hits kept a query.</summary>
    public int K { get; private set; }

    /// <summary>Distinct filters.</summary>
    public int FilterCount { get; private set; }

    /// <summary>Floats of an item, all segments together.</summary>
    public int ItemWidth { get; private set; }

    /// <summary>A distinct filter; null passes every row.</summary>
    public RowFilter? Filter(int filter) => _filters[filter];

    /// <summary>The distinct filter of a query.</summary>
    public int FilterOf(int query) => _filterOfQuery[query];

    /// <summary>A query as the similarity packed it.</summary>
    public float* Packed(int query) => (float*)_packed!.Address + ((long)query * Similarity.PackedFloats);

    /// <summary>The lowest logit of a hit.</summary>
    public float ScoreMin(int query)
        => Request.ScoreMin.Length == 0 ? float.NegativeInfinity : Request.ScoreMin.Span[query];

    /// <summary>Starts a scan.</summary>
    public void Prepare(LearnedSimilarity similarity, ScanRequest request, int workerCount)
    {
        (Similarity, Request, WorkerCount) = (similarity, request, workerCount);
        K = (int)Math.Min(request.K, Math.Max(1, request.RowCount));
        ItemWidth = similarity.ItemWidths.Sum();
        int floats = similarity.PackedFloats;
        ScanArrays.Grow(ref _packed, Math.Max(1, (long)request.QueryCount * floats) * sizeof(float));
        for (int query = 0; query < request.QueryCount; query++)
        {
            similarity.Pack(
                request.Queries.Span.Slice(query * similarity.QueryWidth, similarity.QueryWidth),
                new Span<float>(Packed(query), floats));
        }

        FindFilters(request.Filters.Span);
    }

    /// <summary>Puts words in the order of the answer and keeps its K best, at most a cap of each group.</summary>
    /// <returns>How many are left.</returns>
    public int Cut(Span<ulong> words, OrderSort sort, GroupCaps caps)
    {
        sort.Sort(words);
        if (Request.Groups.Length == 0)
        {
            return Math.Min(words.Length, K);
        }

        caps.Clear(words.Length, Request.GroupCap);
        int taken = 0;
        foreach (ulong word in words)
        {
            uint code = GroupCaps.CodeOf(Request.Groups.Span, ScoredRow.Row(word));
            if (taken < K && caps.TryTake(code, ScoredRow.Score(word)))
            {
                words[taken++] = word;
            }
        }

        return taken;
    }

    /// <inheritdoc/>
    public void Dispose() => _packed?.Dispose();

    private void FindFilters(ReadOnlySpan<RowFilter?> filters)
    {
        FilterCount = 0;
        ScanArrays.Grow(ref _filterOfQuery, Request.QueryCount);
        for (int query = 0; query < Request.QueryCount; query++)
        {
            RowFilter? filter = filters.Length == 0 ? null : filters[filters.Length == 1 ? 0 : query];
            int found = 0;
            while (found < FilterCount && !ReferenceEquals(_filters[found], filter))
            {
                found++;
            }

            if (found == FilterCount)
            {
                ScanArrays.Grow(ref _filters, ++FilterCount);
                _filters[found] = filter;
            }

            _filterOfQuery[query] = found;
        }
    }
}

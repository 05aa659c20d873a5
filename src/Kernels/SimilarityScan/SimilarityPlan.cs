using Linr.Kernels.Filter;
using Linr.Kernels.Similarities;
using Linr.Memory;

namespace Linr.Kernels.Scan;

/// <summary>What all threads of one scan by a learned similarity share.</summary>
internal sealed unsafe class SimilarityPlan : IDisposable
{
    private NativeBuffer? _packed;
    private readonly DistinctFilters _filters = new();

    /// <summary>What scores.</summary>
    public LearnedSimilarity Similarity { get; private set; } = null!;

    /// <summary>The request.</summary>
    public ScanRequest Request { get; private set; } = null!;

    /// <summary>Threads.</summary>
    public int WorkerCount { get; private set; }

    /// <summary>Hits kept a query.</summary>
    public int K { get; private set; }

    /// <summary>Distinct filters.</summary>
    public int FilterCount => _filters.Count;

    /// <summary>Floats of an item, all segments together.</summary>
    public int ItemWidth { get; private set; }

    /// <summary>A distinct filter; null passes every row.</summary>
    public RowFilter? Filter(int filter) => _filters[filter];

    /// <summary>The distinct filter of a query.</summary>
    public int FilterOf(int query) => _filters.Of(query);

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

        _filters.Reset(request.QueryCount);
        for (int query = 0; query < request.QueryCount; query++)
        {
            _filters.Add(query, request.Filters.Span, query);
        }
    }

    /// <summary>Puts words in the order of the answer and keeps its K best, at most a cap of each group.</summary>
    /// <returns>How many are left.</returns>
    public int Cut(Span<ulong> words, OrderSort sort, GroupCaps caps)
    {
        sort.Sort(words);
        return Request.Groups.Length == 0
            ? Math.Min(words.Length, K)
            : caps.Take(words, Request.Groups.Span, Request.GroupCap, K);
    }

    /// <inheritdoc/>
    public void Dispose() => _packed?.Dispose();
}

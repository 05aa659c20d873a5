using Linr.Index;
using Linr.Index.Live;
using Linr.Kernels.Filter;

namespace Linr.Engine.Requests;

/// <summary>One request of a batch on its way to its response.</summary>
internal sealed class RequestWork(SearchRequest request, ResolvedQuery query, StageClock clock)
{
    public SearchRequest Request { get; } = request;

    public ResolvedQuery Query { get; set; } = query;

    /// <summary>The state of a live table that it is answered from; null where the items never change.</summary>
    public TableView? View { get; set; }

    public StageClock Clock { get; } = clock;

    /// <summary>How many items there are to answer from.</summary>
    public long ItemCount(ItemTable table) => View?.Count ?? table.Rows;

    /// <summary>
    /// Hits wanted of the scan: diversity and rankers choose from more, and seen items are taken out afterwards.
    /// </summary>
    public int ScanK
    {
        get
        {
            long k = CandidateCount;
            return (int)Math.Min(k + (DropsSeen ? Query.Seen.Length : 0), int.MaxValue);
        }
    }

    /// <summary>Unseen hits that a ranker, or else diversity, chooses from; else K.</summary>
    public int CandidateCount => Request.RankBy?.Candidates ?? Math.Max(Request.K, Request.Diversity?.Candidates ?? 0);

    /// <summary>
    /// Whether seen items are dropped from the hits; under a group cap they are filtered out instead.
    /// </summary>
    public bool DropsSeen => !Request.IncludeSeen && Request.GroupBy is null;

    /// <summary>Whether seen items are kept out by the filter.</summary>
    public bool FiltersSeen => !Request.IncludeSeen && Request.GroupBy is not null && Query.Seen.Length > 0;

    /// <summary>Which rows may be hits, bound to the table; null when all may.</summary>
    public RowFilter? BoundFilter { get; set; }

    public SearchResponse? Response { get; set; }

    /// <summary>Why there is no response.</summary>
    public Exception? Failure { get; set; }
}

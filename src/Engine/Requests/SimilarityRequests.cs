using System.Globalization;
using Linr.Engine.Scan;
using Linr.Kernels.Scan;

namespace Linr.Engine.Requests;

/// <summary>What searches by similarities have in common, learned ones and those in C#.</summary>
internal static class SimilarityRequests
{
    /// <summary>The scan of a batch, without its filters or candidates.</summary>
    /// <param name="table">The table as scans read it.</param>
    /// <param name="itemEmbeddings">The embeddings of items that the similarity reads.</param>
    /// <param name="queries">What it reads of the queries, one after the other.</param>
    /// <param name="shape">What the requests have in common.</param>
    /// <param name="batch">The requests.</param>
    public static ScanRequest Scan(
        TableScan table, IEnumerable<string> itemEmbeddings, float[] queries, ScanShape shape, RequestWork[] batch)
    {
        var request = new ScanRequest
        {
            Segments = itemEmbeddings.Select(name => table.Segment(name, ScoreSource.Rows)).ToArray(),
            RowCount = batch[0].View?.Rows ?? table.Table.Rows,
            LiveMasks = batch[0].View?.LiveMasks ?? default,
            QueryCount = batch.Length,
            Queries = queries,
            K = batch.Max(work => work.ScanK),
            ScoreMin = batch.Select(work => work.Request.ScoreMin ?? float.NegativeInfinity).ToArray(),
            Order = table.Table.Order,
        };
        if (shape.GroupBy is { } groupBy)
        {
            request.Groups = table.Groups(groupBy.Attribute);
            request.GroupCap = groupBy.Cap;
        }

        return request;
    }

    /// <summary>Has a scan look at the rows that pass, or at a first stage's candidates.</summary>
    public static void Choose(ScanRequest request, RequestWork[] batch, SimilaritySearch.Candidates? candidates)
    {
        if (candidates is null)
        {
            request.Filters = batch.Select(work => work.BoundFilter).ToArray();
        }
        else
        {
            request.Candidates = candidates.Rows;
            request.LiveMasks = default;
        }
    }

    /// <summary>What a similarity found for one request.</summary>
    /// <param name="work">The request.</param>
    /// <param name="name">The similarity.</param>
    /// <param name="hits">The hits, best first.</param>
    /// <param name="passed">Rows that passed the filter.</param>
    /// <param name="candidates">Rows that a first stage chose; null: all that passed were scored.</param>
    /// <param name="engine">What searched.</param>
    public static ScanAnswer Answer(
        RequestWork work, string name, ReadOnlySpan<ScanHit> hits, long passed, long? candidates, string engine)
        => new(hits, passed, engine)
        {
            Mode = candidates is null ? name : string.Create(
                CultureInfo.InvariantCulture,
                $"{work.Query.Embeddings[0].Name} -> {candidates:N0} of {passed:N0} by {name}"),
            RowsRescored = candidates,
            IsExact = candidates is null || candidates == passed,
        };
}

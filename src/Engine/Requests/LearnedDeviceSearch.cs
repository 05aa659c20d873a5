using Linr.Engine.Scan;
using Linr.Engine.Similarities;
using Linr.Kernels.Scan;

namespace Linr.Engine.Requests;

/// <summary>
/// Searches by a learned similarity on a device: every row that passes, or a first stage's, which never leave it. The
/// answers are the processor's, bit for bit.
/// </summary>
/// <param name="table">The table as scans read it.</param>
/// <param name="pool">Searchers.</param>
internal sealed class LearnedDeviceSearch(TableScan table, SearcherPool pool)
{
    /// <summary>Answers requests of one shape; false, and nothing was answered, where the processor has to.</summary>
    /// <param name="similarity">What scores.</param>
    /// <param name="shape">What the requests have in common.</param>
    /// <param name="batch">The requests.</param>
    /// <param name="scan">The same for the processor, with the queries' halves.</param>
    /// <param name="take">Takes the answers.</param>
    /// <param name="cancellation">Looked at between passes.</param>
    /// <param name="engine">What searched, or what is to search, and why no device does.</param>
    /// <exception cref="OperationCanceledException">The search was cancelled.</exception>
    public bool TryRun(
        ModelSimilarity similarity,
        ScanShape shape,
        RequestWork[] batch,
        ScanRequest scan,
        TakeAnswer take,
        CancellationToken cancellation,
        out string engine)
    {
        bool isStaged = shape.FirstStage is not null;
        // A searcher is one of embeddings that have rows: without a first stage the halves' own.
        ScanShape searched = isStaged
            ? shape
            : shape with { Embeddings = ScanShape.Join(similarity.ItemEmbeddings) };
        using RentedSearcher rented = pool.Rent(searched, ScoreSource.Rows, cancellation);
        RowSearcher searcher = rented.Searcher;
        if (isStaged)
        {
            RequestRunner.Fill(searcher, shape.GroupBy, batch);
        }
        else
        {
            FillLimits(searcher, shape.GroupBy, batch);
        }

        var learned = new LearnedSearch(
            similarity.Similarity,
            [.. similarity.ItemEmbeddings.Select(table.EmbeddingNumber)],
            scan.Queries,
            shape.FirstStage ?? 0);
        bool isDone = searcher.TrySearchLearned(scan.K, learned, cancellation);
        engine = searcher.Engine;
        if (isDone)
        {
            RequestRunner.EndScan(searcher, batch);
        }

        for (int query = 0; isDone && query < batch.Length; query++)
        {
            Answer(similarity, searcher, batch[query], query, isStaged, take);
        }

        return isDone;
    }

    private static void FillLimits(RowSearcher searcher, GroupBy? groupBy, RequestWork[] batch)
    {
        searcher.Begin(batch.Length);
        searcher.SetView(batch[0].View);
        for (int query = 0; query < batch.Length; query++)
        {
            searcher.SetScoreMin(query, batch[query].Request.ScoreMin ?? float.NegativeInfinity);
            searcher.SetFilter(query, batch[query].BoundFilter);
        }

        if (groupBy is not null)
        {
            searcher.SetGroups(groupBy.Attribute, groupBy.Cap);
        }

        searcher.IsTimed = batch.Any(one => one.Request.Explain);
    }

    private static void Answer(
        ModelSimilarity similarity, RowSearcher searcher, RequestWork work, int query, bool isStaged, TakeAnswer take)
    {
        take(work, SimilarityRequests.Answer(
            work,
            similarity.Spec.Name,
            searcher.Hits(query),
            searcher.RowsPassed(query),
            isStaged ? searcher.RowsFound(query) : null,
            searcher.Engine));
    }
}

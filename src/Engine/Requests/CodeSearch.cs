using System.Globalization;
using Linr.Engine.Scan;
using Linr.Index;
using Linr.Index.Embeddings;
using Linr.Kernels;
using Linr.Kernels.Filter;
using Linr.Kernels.Scan;

namespace Linr.Engine.Requests;

/// <summary>Takes what a search found for a request.</summary>
internal delegate void TakeAnswer(RequestWork work, ScanAnswer answer);

/// <summary>
/// LiNR's quantized search: the filter first, as ever; then the codes of the rows that pass; then, if it is asked for,
/// the exact scores of the best of them, by a scan of those rows alone.
/// </summary>
/// <param name="table">The items.</param>
/// <param name="pool">Searchers.</param>
/// <param name="rowPool">Searchers of rows, where these are.</param>
/// <param name="copies">Searches by way of copies.</param>
internal sealed class CodeSearch(ItemTable table, SearcherPool pool, SearcherPool rowPool, CopySearch copies)
{
    /// <summary>Answers requests of one shape.</summary>
    public void Run(
        ScanShape shape,
        Approximation approximation,
        RequestWork[] batch,
        TakeAnswer take,
        CancellationToken cancellation)
    {
        EmbeddingColumn column = table.FindEmbedding(shape.EmbeddingNames[0])!;
        bool isOfRows = approximation.RescoresFrom == ScoreSource.Rows;
        if (approximation.Rescores
            && ((isOfRows && copies.TryRunChosen(shape, approximation, batch, take, cancellation))
                || TryInOne(column, shape, approximation, batch, take, cancellation)))
        {
            return;
        }

        Candidates[] candidates;
        using (RentedSearcher rented = pool.Rent(shape, ScoreSource.Codes, cancellation))
        {
            candidates = Find(rented.Searcher, column.Codes!.Coder, shape, approximation, batch, cancellation);
            if (!approximation.Rescores)
            {
                AnswerByCodes(rented.Searcher, column, approximation, batch, candidates, take);
                return;
            }
        }

        using RentedSearcher ofRows =
            (isOfRows ? rowPool : pool).Rent(shape, approximation.RescoresFrom, cancellation);
        Rescore(ofRows.Searcher, column, shape, approximation, batch, candidates, take, cancellation);
    }

    /// <summary>Lets codes choose in the search that rescores, where a device can; else nothing is done.</summary>
    private bool TryInOne(
        EmbeddingColumn column,
        ScanShape shape,
        Approximation approximation,
        RequestWork[] batch,
        TakeAnswer take,
        CancellationToken cancellation)
    {
        SearcherPool source = approximation.RescoresFrom == ScoreSource.Rows ? rowPool : pool;
        using RentedSearcher rented = source.Rent(shape, approximation.RescoresFrom, cancellation);
        RowSearcher searcher = rented.Searcher;
        if (!searcher.CanKeep)
        {
            return false;
        }

        RequestRunner.Fill(searcher, shape.GroupBy, batch);
        int k = batch.Max(one => one.ScanK);
        if (!searcher.TrySearchKept(k, column.Codes!.Coder, approximation, query => batch[query].ScanK, cancellation))
        {
            return false;
        }

        RequestRunner.EndScan(searcher, batch);
        for (int query = 0; query < batch.Length; query++)
        {
            (long kept, long passed) = (searcher.RowsKept(query), searcher.RowsPassed(query));
            Take(searcher, column, approximation, batch, query, kept, passed, searcher.Engine, take);
        }

        return true;
    }

    /// <summary>The best of each request by their codes.</summary>
    private Candidates[] Find(
        RowSearcher searcher,
        SignOporp coder,
        ScanShape shape,
        Approximation approximation,
        RequestWork[] batch,
        CancellationToken cancellation)
    {
        searcher.Begin(batch.Length);
        searcher.SetView(batch[0].View);
        for (int query = 0; query < batch.Length; query++)
        {
            coder.EncodeQuery(
                batch[query].Query.Embeddings[0].Vector.Span, approximation.IsAsymmetric, searcher.Query(query));
            searcher.SetFilter(query, batch[query].BoundFilter);
        }

        if (!approximation.Rescores && shape.GroupBy is { } groupBy)
        {
            searcher.SetGroups(groupBy.Attribute, groupBy.Cap);
        }

        searcher.IsTimed = batch.Any(one => one.Request.Explain);
        searcher.Search(batch.Max(one => KeepMax(approximation, one, one.ItemCount(table))), cancellation);
        var found = new Candidates[batch.Length];
        RequestRunner.EndScan(searcher, batch);
        for (int query = 0; query < batch.Length; query++)
        {
            long passed = searcher.RowsPassed(query);
            ReadOnlySpan<ScanHit> hits = searcher.Hits(query);
            int kept = Math.Min(hits.Length, KeepMax(approximation, batch[query], passed));
            found[query] = new Candidates(hits[..kept].ToArray(), passed, searcher.Engine);
        }

        return found;
    }

    /// <summary>How many rows a request keeps of so many.</summary>
    internal static int KeepMax(Approximation approximation, RequestWork work, long rows)
    {
        double share = approximation.KeepShare ?? Approximation.UsualKeepShare;
        long kept = !approximation.Rescores ? work.ScanK
            : CodeSelect.Wanted(share, approximation.KeepCount ?? 0, work.ScanK, rows);
        return (int)Math.Min(Math.Max(kept, work.ScanK), int.MaxValue);
    }

    private static void AnswerByCodes(
        RowSearcher searcher,
        EmbeddingColumn column,
        Approximation approximation,
        RequestWork[] batch,
        Candidates[] candidates,
        TakeAnswer take)
    {
        string mode = Describe(column, approximation);
        for (int query = 0; query < batch.Length; query++)
        {
            ScanHit[] hits = candidates[query].Hits;
            CodeCosine cosine = new(searcher.Query(query));
            int count = 0;
            foreach (ScanHit hit in hits)
            {
                float score = cosine.Of(hit.Score);
                if (score >= (batch[query].Request.ScoreMin ?? float.NegativeInfinity))
                {
                    hits[count++] = new ScanHit(hit.Row, score);
                }
            }

            take(batch[query], new ScanAnswer(hits.AsSpan(0, count), candidates[query].RowsPassed, searcher.Engine)
            {
                Mode = mode,
                IsExact = false,
            });
        }
    }

    private void Rescore(
        RowSearcher searcher,
        EmbeddingColumn column,
        ScanShape shape,
        Approximation approximation,
        RequestWork[] batch,
        Candidates[] candidates,
        TakeAnswer take,
        CancellationToken cancellation)
    {
        ScoreOnly(searcher, shape.GroupBy, batch, query => candidates[query].Hits, table.BlockCount, cancellation);
        RequestRunner.EndScan(searcher, batch);
        for (int query = 0; query < batch.Length; query++)
        {
            Candidates found = candidates[query];
            string engine = ScanAnswer.EngineOf(found.Engine, searcher.Engine);
            Take(searcher, column, approximation, batch, query, found.Hits.Length, found.RowsPassed, engine, take);
        }
    }

    /// <summary>Answers a request with what was rescored.</summary>
    private static void Take(
        RowSearcher searcher,
        EmbeddingColumn column,
        Approximation approximation,
        RequestWork[] batch,
        int query,
        long kept,
        long passed,
        string engine,
        TakeAnswer take)
    {
        take(batch[query], new ScanAnswer(searcher.Hits(query), passed, engine)
        {
            Mode = string.Create(
                CultureInfo.InvariantCulture,
                $"{Describe(column, approximation)} -> {kept:N0} of {passed:N0} rescored{From(column, approximation)}"),
            RowsRescored = kept,
            IsExact = kept == passed && approximation.RescoresFrom == ScoreSource.Rows,
        });
    }

    /// <summary>
    /// Finds the best of each request's candidates: of a list where that can be given, else by a filter.
    /// </summary>
    internal static void ScoreOnly(
        RowSearcher searcher,
        GroupBy? groupBy,
        RequestWork[] batch,
        Func<int, ScanHit[]> candidatesOf,
        int blockCount,
        CancellationToken cancellation)
    {
        RequestRunner.Fill(searcher, groupBy, batch);
        for (int query = 0; query < batch.Length; query++)
        {
            uint[] rows = Array.ConvertAll(candidatesOf(query), hit => hit.Row);
            if (searcher.TakesCandidates)
            {
                searcher.SetCandidates(query, rows);
            }
            else
            {
                searcher.SetFilter(query, Only(rows, blockCount));
            }
        }

        searcher.Search(batch.Max(one => one.ScanK), cancellation);
    }

    /// <summary>A filter that lets these rows through.</summary>
    internal static PlanFilter Only(ReadOnlySpan<uint> rows, int blockCount)
    {
        FilterPlan plan = new();
        plan.Complete(plan.AppendRows(rows, blockCount, FilterPlan.Pass, FilterPlan.Fail));
        return new PlanFilter(plan);
    }

    internal static string Describe(EmbeddingColumn column, Approximation approximation)
        => column.Schema.Codes + (approximation.IsAsymmetric ? " asymmetric" : string.Empty);

    private static string From(EmbeddingColumn column, Approximation approximation)
        => approximation.RescoresFrom == ScoreSource.Rows ? string.Empty : $" from {CopySearch.Describe(column.Schema)}";

    /// <summary>
    /// The rows that codes chose for a request, best first, and how many they were chosen from, by what.
    /// </summary>
    private readonly record struct Candidates(ScanHit[] Hits, long RowsPassed, string Engine);
}

using System.Collections.Concurrent;
using System.Collections.Immutable;
using Linr.Engine.Diversity;
using Linr.Engine.Filters;
using Linr.Engine.Scan;
using Linr.Filters;
using Linr.Index;
using Linr.Index.Embeddings;
using Linr.Kernels.Scan;

namespace Linr.Engine.Requests;

/// <summary>Scans for a batch of resolved requests and makes their responses.</summary>
internal sealed class RequestRunner(ItemTable table, string modelVersion, SearcherPool pool)
{
    private readonly ConcurrentBag<FilterCompiler> _compilers = [];

    /// <summary>Answers requests of any shapes; if a filter is wrong, none.</summary>
    /// <exception cref="FilterException">A filter or its parameters are wrong.</exception>
    public void Run(IReadOnlyList<RequestWork> work, CancellationToken cancellation)
    {
        foreach (IGrouping<ScanShape, RequestWork> sharing in work.GroupBy(one => ScanShape.Of(one.Request, one.Query)))
        {
            foreach (RequestWork[] batch in sharing.Chunk(Limits.QueriesMax))
            {
                using var filters = new BoundFilters(table, _compilers);
                Array.ForEach(batch, one => Bind(one, filters));
                Scan(sharing.Key, batch, cancellation);
            }
        }
    }

    /// <summary>Answers requests of one shape; one whose filter is wrong fails alone.</summary>
    public void RunShared(ScanShape shape, IReadOnlyList<RequestWork> batch, CancellationToken cancellation)
    {
        using var filters = new BoundFilters(table, _compilers);
        foreach (RequestWork work in batch)
        {
            try
            {
                Bind(work, filters);
            }
            catch (FilterException failure)
            {
                work.Failure = failure;
            }
        }

        RequestWork[] sound = [.. batch.Where(work => work.Failure is null)];
        if (sound.Length > 0)
        {
            Scan(shape, sound, cancellation);
        }
    }

    private static void Bind(RequestWork work, BoundFilters filters)
    {
        work.BoundFilter = filters.Bind(work);
        work.Clock.End(
            "filter",
            work.Request.Filter is null && work.Request.PreparedFilter is null ? "none" : "bound to the table's codes");
    }

    private void Scan(ScanShape shape, RequestWork[] batch, CancellationToken cancellation)
    {
        RowSearcher searcher = pool.Rent(shape.Embeddings, shape.EmbeddingNames, cancellation);
        try
        {
            Scan(searcher, shape, batch, cancellation);
        }
        finally
        {
            // Also after a cancelled scan: every search starts its memory anew.
            pool.Return(shape.Embeddings, searcher);
        }
    }

    private void Scan(RowSearcher searcher, ScanShape shape, RequestWork[] batch, CancellationToken cancellation)
    {
        searcher.Begin(batch.Length);
        for (int query = 0; query < batch.Length; query++)
        {
            Fill(searcher, query, batch[query]);
        }

        if (shape.GroupBy is { } groupBy)
        {
            searcher.SetGroups(groupBy.Attribute, groupBy.Cap);
        }

        searcher.IsTimed = batch.Any(one => one.Request.Explain);
        searcher.Search(batch.Max(one => one.ScanK), cancellation);
        for (int query = 0; query < batch.Length; query++)
        {
            Answer(searcher, query, batch[query], batch.Length);
        }
    }

    private static void Fill(RowSearcher searcher, int query, RequestWork work)
    {
        ImmutableArray<EmbeddingQuery> embeddings = work.Query.Embeddings;
        for (int i = 0; i < embeddings.Length; i++)
        {
            embeddings[i].Vector.Span.CopyTo(searcher.Query(query, i));
            searcher.SetWeight(query, i, embeddings[i].Weight);
        }

        searcher.SetScoreMin(query, work.Request.ScoreMin ?? float.NegativeInfinity);
        searcher.SetFilter(query, work.BoundFilter);
    }

    private void Answer(RowSearcher searcher, int query, RequestWork work, int batchLength)
    {
        if (work.Request.Explain)
        {
            searcher.Explain(work.Clock, batchLength);
        }

        ReadOnlySpan<ScanHit> found = searcher.Hits(query);
        var kept = new List<ScanHit>(Math.Min(found.Length, work.ScanK));
        int wanted = Math.Max(work.Request.K, work.Request.Diversity?.Candidates ?? 0);
        foreach (ScanHit hit in found)
        {
            if (kept.Count == wanted)
            {
                break;
            }

            if (!work.DropsSeen || work.Query.Seen.BinarySearch(hit.Row) < 0)
            {
                kept.Add(hit);
            }
        }

        if (work.Request.Diversity is { } diversity)
        {
            kept = Diversify(kept, work, diversity);
        }

        ImmutableArray<Hit> hits = [.. kept.Select(hit => ReadHit(hit, work.Request.Fields))];
        work.Clock.End("fetch", $"{hits.Length} hits, {work.Request.Fields.Length} fields each");
        work.Response = new SearchResponse
        {
            Hits = hits,
            Exact = true,
            RowsScanned = table.Rows,
            RowsPassed = searcher.RowsPassed(query),
            ModelVersion = modelVersion,
            UnknownIds = work.Query.UnknownIds,
            Explanation = work.Request.Explain
                ? new Explanation(searcher.Engine, FilterText(work.Request), work.Clock.Stages)
                : null,
        };
    }

    private List<ScanHit> Diversify(List<ScanHit> candidates, RequestWork work, Linr.Diversity diversity)
    {
        EmbeddingColumn column = table.FindEmbedding(work.Query.Embeddings[0].Name)!;
        int dim = column.Schema.Dim;
        var embeddings = new float[candidates.Count * dim];
        for (int i = 0; i < candidates.Count; i++)
        {
            column.Read(candidates[i].Row, embeddings.AsSpan(i * dim, dim));
        }

        var picks = new int[Math.Min(work.Request.K, candidates.Count)];
        int count = MaximalMarginalRelevance.Pick(
            [.. candidates.Select(hit => hit.Score)], embeddings, dim, diversity.Lambda, picks);
        work.Clock.End("diversify", $"{count} of {candidates.Count} candidates");
        return [.. picks.Take(count).Select(pick => candidates[pick])];
    }

    private Hit ReadHit(ScanHit hit, ImmutableArray<string> fields)
    {
        var values = new Dictionary<string, IReadOnlyList<Value>>(fields.Length);
        foreach (string field in fields)
        {
            IReadOnlyList<Value> read = table.FindColumn(field)!.Read(hit.Row);
            if (read.Count > 0)
            {
                values[field] = read;
            }
        }

        return new Hit(table.Ids.Read(hit.Row), hit.Score) { Fields = values };
    }

    private static string FilterText(SearchRequest request)
        => (request.Filter ?? request.PreparedFilter?.Filter)?.ToString() ?? string.Empty;
}

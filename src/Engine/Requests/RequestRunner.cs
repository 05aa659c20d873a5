using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Linr.Engine.Diversity;
using Linr.Engine.Filters;
using Linr.Engine.Scan;
using Linr.Filters;
using Linr.Index;
using Linr.Index.Embeddings;
using Linr.Kernels.Scan;

namespace Linr.Engine.Requests;

/// <summary>Scans for a batch of resolved requests and makes their responses.</summary>
internal sealed class RequestRunner
{
    // Below it, threads take longer to begin than to read the hits.
    private const int ParallelHitsMin = 1_000;

    private readonly ConcurrentBag<FilterCompiler> _compilers = [];
    private readonly int _threads;
    private readonly ItemTable _table;
    private readonly string _modelVersion;
    private readonly SearcherPool _pool;
    private readonly CodeSearch _codes;
    private readonly CopySearch _copies;
    private readonly SimilaritySearch _similarities;
    private readonly RankStage _ranks;
    private readonly CustomSearch _custom;

    /// <summary>A runner over a table.</summary>
    /// <param name="table">The items.</param>
    /// <param name="modelVersion">The version that answers carry.</param>
    /// <param name="pool">Searchers.</param>
    /// <param name="hostPool">Searchers on the processor; the same where there is no device.</param>
    /// <param name="rowsAreOnDevice">Whether a device has all rows.</param>
    /// <param name="similarities">Searches by learned similarities.</param>
    /// <param name="custom">Searches by similarities in C#.</param>
    /// <param name="ranks">Ranks candidates.</param>
    /// <param name="threads">Threads that make the answers of a batch, the caller's included.</param>
    public RequestRunner(
        ItemTable table,
        string modelVersion,
        SearcherPool pool,
        SearcherPool hostPool,
        bool rowsAreOnDevice,
        SimilaritySearch similarities,
        CustomSearch custom,
        RankStage ranks,
        int threads)
    {
        _threads = threads;
        _ranks = ranks;
        _custom = custom;
        _similarities = similarities;
        _table = table;
        _modelVersion = modelVersion;
        _pool = pool;
        _copies = new CopySearch(table, pool, hostPool, rowsAreOnDevice);
        _codes = new CodeSearch(table, pool, rowsAreOnDevice ? pool : hostPool, _copies);
    }

    /// <summary>Answers requests of any shapes; if a filter is wrong, none.</summary>
    /// <exception cref="FilterException">A filter or its parameters are wrong.</exception>
    public void Run(IReadOnlyList<RequestWork> work, CancellationToken cancellation)
    {
        foreach (IGrouping<ScanShape, RequestWork> sharing in work.GroupBy(one => ScanShape.Of(one.Request, one.Query)))
        {
            foreach (RequestWork[] batch in sharing.Chunk(Limits.QueriesMax))
            {
                using var filters = new BoundFilters(_table, _compilers);
                Array.ForEach(batch, one => Bind(one, filters));
                Scan(sharing.Key, batch, cancellation);
            }
        }
    }

    /// <summary>Answers requests of one shape; one whose filter is wrong fails alone.</summary>
    public void RunShared(ScanShape shape, IReadOnlyList<RequestWork> batch, CancellationToken cancellation)
    {
        using var filters = new BoundFilters(_table, _compilers);
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
        if (shape.Similarity is { } name && _custom.Has(name))
        {
            _custom.Run(shape, batch, Answer, cancellation);
            return;
        }

        if (shape.Similarity is not null)
        {
            _similarities.Run(shape, batch, Answer, cancellation);
            return;
        }

        if (shape.Approximation is { } approximation)
        {
            ScanApproximately(shape, approximation, batch, cancellation);
            CompareWithExact(shape, batch, cancellation);
            return;
        }

        ScanRows(shape, batch, Answer, cancellation);
    }

    private void ScanApproximately(
        ScanShape shape, Approximation approximation, RequestWork[] batch, CancellationToken cancellation)
    {
        if (approximation.By == ScoreSource.Codes)
        {
            _codes.Run(shape, approximation, batch, Answer, cancellation);
        }
        else if (approximation.Rescores)
        {
            _copies.RunKept(shape, approximation, batch, Answer, cancellation);
        }
        else
        {
            _copies.RunAlone(shape, batch, Answer, cancellation);
        }
    }

    /// <summary>Says what share of the exact answer the requests have that ask for it.</summary>
    private void CompareWithExact(ScanShape shape, RequestWork[] batch, CancellationToken cancellation)
    {
        RequestWork[] compared = [.. batch.Where(work => work.Request.CheckExact)];
        if (compared.Length > 0)
        {
            ScanRows(shape, compared, Compare, cancellation);
        }

        void Compare(RequestWork work, ScanAnswer answer)
        {
            HashSet<ItemId> found = [.. work.Response!.Hits.Ids];
            ItemIdList exact = ReadIds(Unseen(work, answer.Hits, work.Request.K));
            double recall = exact.Count == 0 ? 1 : exact.Count(found.Contains) / (double)exact.Count;
            work.Response = work.Response with { Recall = recall };
        }
    }

    private void ScanRows(ScanShape shape, RequestWork[] batch, TakeAnswer take, CancellationToken cancellation)
    {
        if (_copies.IsFaster(shape, batch))
        {
            _copies.Run(shape, batch, take, cancellation);
            return;
        }

        using RentedSearcher rented = _pool.Rent(shape, ScoreSource.Rows, cancellation);
        RowSearcher searcher = rented.Searcher;
        Search(searcher, shape.GroupBy, batch, cancellation);
        EndScan(searcher, batch);
        TakeAll(searcher, batch, take);
    }

    private void TakeAll(RowSearcher searcher, RequestWork[] batch, TakeAnswer take)
    {
        // The items of hits lie anywhere in memory: to read them takes longer than the scan of a large batch.
        bool isLarge = (long)batch.Length * batch[0].ScanK >= ParallelHitsMin;
        if (!isLarge || _threads == 1)
        {
            for (int query = 0; query < batch.Length; query++)
            {
                Take(query);
            }

            return;
        }

        Parallel.For(0, batch.Length, new ParallelOptions { MaxDegreeOfParallelism = _threads }, Take);

        void Take(int query) => take(
            batch[query], new ScanAnswer(searcher.Hits(query), searcher.RowsPassed(query), searcher.Engine));
    }

    /// <summary>Scans rows for requests of one shape.</summary>
    internal static void Search(
        RowSearcher searcher, GroupBy? groupBy, RequestWork[] batch, CancellationToken cancellation)
    {
        Fill(searcher, groupBy, batch);
        searcher.Search(batch.Max(one => one.ScanK), cancellation);
    }

    /// <summary>Tells a searcher what requests of one shape ask for.</summary>
    internal static void Fill(RowSearcher searcher, GroupBy? groupBy, RequestWork[] batch)
    {
        searcher.Begin(batch.Length);
        searcher.SetView(batch[0].View);
        for (int query = 0; query < batch.Length; query++)
        {
            Fill(searcher, query, batch[query]);
        }

        if (groupBy is not null)
        {
            searcher.SetGroups(groupBy.Attribute, groupBy.Cap);
        }

        searcher.IsTimed = batch.Any(one => one.Request.Explain);
    }

    /// <summary>Ends the scan of a batch: with its stages for requests that ask for them.</summary>
    internal static void EndScan(RowSearcher searcher, RequestWork[] batch)
    {
        foreach (RequestWork work in batch)
        {
            if (work.Request.Explain)
            {
                searcher.Explain(work.Clock, batch.Length);
            }
            else
            {
                work.Clock.EndScan();
            }
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

    private void Answer(RequestWork work, ScanAnswer answer)
    {
        ReadOnlySpan<ScanHit> kept = Unseen(work, answer.Hits, work.CandidateCount);
        RankedHits? ranked = work.Request.RankBy is { } rankBy ? _ranks.Run(work, rankBy, kept) : null;
        kept = ranked is null ? kept : ranked.Hits.Span;
        if (work.Request.Diversity is { } diversity)
        {
            kept = Diversify(kept[..Math.Min(kept.Length, diversity.Candidates)], work, diversity);
        }

        HitList hits = ReadHits(kept[..Math.Min(kept.Length, work.Request.K)], work.Request.Fields, ranked);
        work.Clock.End("fetch", $"{hits.Count} hits, {work.Request.Fields.Length} fields each");
        work.Response = new SearchResponse
        {
            Hits = hits,
            Exact = answer.IsExact,
            Mode = ranked is null ? answer.Mode : string.Create(
                CultureInfo.InvariantCulture, $"{answer.Mode} -> {ranked.Count:N0} ranked by {work.Request.RankBy!.Name}"),
            RowsRanked = ranked?.Count,
            RowsScanned = work.ItemCount(_table),
            RowsPassed = answer.RowsPassed,
            RowsRescored = answer.RowsRescored,
            ModelVersion = _modelVersion,
            UnknownIds = work.Query.UnknownIds,
            Stages = work.Clock.Times,
            Explanation = work.Request.Explain
                ? new Explanation(answer.Engine, FilterText(work.Request), work.Clock.Stages)
                : null,
        };
    }

    /// <summary>The best of the hits that may be returned, so many at most.</summary>
    private static ReadOnlySpan<ScanHit> Unseen(RequestWork work, ReadOnlySpan<ScanHit> found, int wanted)
    {
        if (!work.DropsSeen || work.Query.Seen.IsEmpty)
        {
            return found[..Math.Min(found.Length, wanted)];
        }

        var kept = new ScanHit[Math.Min(found.Length, wanted)];
        int count = 0;
        for (int i = 0; i < found.Length && count < kept.Length; i++)
        {
            if (work.Query.Seen.BinarySearch(found[i].Row) < 0)
            {
                kept[count++] = found[i];
            }
        }

        return kept.AsSpan(0, count);
    }

    private ReadOnlySpan<ScanHit> Diversify(
        ReadOnlySpan<ScanHit> candidates, RequestWork work, Linr.Diversity diversity)
    {
        EmbeddingColumn column = _table.FindEmbedding(work.Query.Embeddings[0].Name)!;
        int dim = column.Schema.Dim;
        var embeddings = new float[candidates.Length * dim];
        var scores = new float[candidates.Length];
        for (int i = 0; i < candidates.Length; i++)
        {
            column.Read(candidates[i].Row, embeddings.AsSpan(i * dim, dim));
            scores[i] = candidates[i].Score;
        }

        var picks = new int[Math.Min(work.Request.K, candidates.Length)];
        int count = MaximalMarginalRelevance.Pick(scores, embeddings, dim, diversity.Lambda, picks);
        work.Clock.End("diversify", $"{count} of {candidates.Length} candidates");
        var picked = new ScanHit[count];
        for (int i = 0; i < count; i++)
        {
            picked[i] = candidates[picks[i]];
        }

        return picked;
    }

    private HitList ReadHits(ReadOnlySpan<ScanHit> hits, ImmutableArray<string> fields, RankedHits? ranked)
    {
        var scores = new float[hits.Length];
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = hits[i].Score;
        }

        return new HitList(
            ReadIds(hits),
            ImmutableCollectionsMarshal.AsImmutableArray(scores),
            fields.IsEmpty && ranked is null ? [] : ReadExtras(hits, fields, ranked));
    }

    private ItemIdList ReadIds(ReadOnlySpan<ScanHit> hits)
    {
        uint[] rows = ArrayPool<uint>.Shared.Rent(hits.Length);
        for (int i = 0; i < hits.Length; i++)
        {
            rows[i] = hits[i].Row;
        }

        ItemIdList ids = _table.Ids.Read(rows.AsSpan(0, hits.Length));
        ArrayPool<uint>.Shared.Return(rows);
        return ids;
    }

    private ImmutableArray<HitExtras?> ReadExtras(
        ReadOnlySpan<ScanHit> hits, ImmutableArray<string> fields, RankedHits? ranked)
    {
        var extras = new HitExtras?[hits.Length];
        for (int i = 0; i < extras.Length; i++)
        {
            uint row = hits[i].Row;
            extras[i] = HitExtras.None with
            {
                Fields = fields.IsEmpty ? HitExtras.None.Fields : ReadFields(row, fields),
                Tasks = ranked is null ? HitExtras.None.Tasks : ranked.TasksOf(row),
            };
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(extras);
    }

    private Dictionary<string, IReadOnlyList<Value>> ReadFields(uint row, ImmutableArray<string> fields)
    {
        var values = new Dictionary<string, IReadOnlyList<Value>>(fields.Length);
        foreach (string field in fields)
        {
            IReadOnlyList<Value> found = _table.FindColumn(field)!.Read(row);
            if (found.Count > 0)
            {
                values[field] = found;
            }
        }

        return values;
    }

    private static string FilterText(SearchRequest request)
        => (request.Filter ?? request.PreparedFilter?.Filter)?.ToString() ?? string.Empty;
}

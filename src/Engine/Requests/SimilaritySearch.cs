using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Linr.Engine.Scan;
using Linr.Engine.Similarities;
using Linr.Kernels;
using Linr.Kernels.Scan;

namespace Linr.Engine.Requests;

/// <summary>
/// Searches by a learned similarity: every row that passes is looked at; or, where a request asks for it, only the
/// best by the embedding's own score, wherever that is scanned.
/// </summary>
/// <param name="table">The table as scans read it.</param>
/// <param name="pool">Searchers, for the first stage.</param>
/// <param name="workers">Threads that help; null for none.</param>
/// <param name="similarities">The model's similarities.</param>
internal sealed class SimilaritySearch(
    TableScan table, SearcherPool pool, ScanWorkers? workers, ImmutableArray<ModelSimilarity> similarities) : IDisposable
{
    private readonly ConcurrentBag<SimilarityWorkspace> _workspaces = [];

    /// <summary>Answers requests of one shape.</summary>
    public void Run(ScanShape shape, RequestWork[] batch, TakeAnswer take, CancellationToken cancellation)
    {
        ModelSimilarity similarity = similarities.First(one => one.Spec.Name == shape.Similarity);
        ScanRequest request = Request(similarity, shape, batch);
        Candidates? candidates = shape.FirstStage is null ? null : FirstStage(shape, batch, cancellation);
        if (candidates is null)
        {
            request.Filters = batch.Select(work => work.BoundFilter).ToArray();
        }
        else
        {
            request.Candidates = candidates.Rows;
        }

        if (!_workspaces.TryTake(out SimilarityWorkspace? workspace))
        {
            workspace = new SimilarityWorkspace();
        }

        try
        {
            SimilarityScan.Search(similarity.Similarity, request, workspace, workers, cancellation);
            for (int query = 0; query < batch.Length; query++)
            {
                Answer(similarity, workspace, batch, query, candidates, take);
            }
        }
        finally
        {
            _workspaces.Add(workspace);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_workspaces.TryTake(out SimilarityWorkspace? workspace))
        {
            workspace.Dispose();
        }
    }

    private ScanRequest Request(ModelSimilarity similarity, ScanShape shape, RequestWork[] batch)
    {
        var request = new ScanRequest
        {
            Segments = similarity.ItemEmbeddings.Select(name => table.Segment(name, ScoreSource.Rows)).ToArray(),
            RowCount = table.Table.Rows,
            QueryCount = batch.Length,
            Queries = similarity.QueryHalves(batch.Select(
                work => work.Query.SimilarityQueries.Select(query => query.Vector).ToArray())),
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

    /// <summary>The best by the embedding's own score, whatever the request's threshold and groups.</summary>
    internal Candidates FirstStage(ScanShape shape, RequestWork[] batch, CancellationToken cancellation)
    {
        using RentedSearcher rented = pool.Rent(shape, ScoreSource.Rows, cancellation);
        RowSearcher searcher = rented.Searcher;
        RequestRunner.Fill(searcher, groupBy: null, batch);
        for (int query = 0; query < batch.Length; query++)
        {
            searcher.SetScoreMin(query, float.NegativeInfinity);
        }

        searcher.Search(Math.Max(shape.FirstStage!.Value, batch.Max(work => work.ScanK)), cancellation);
        var rows = new ReadOnlyMemory<uint>[batch.Length];
        var passed = new long[batch.Length];
        for (int query = 0; query < batch.Length; query++)
        {
            RequestRunner.Explain(searcher, batch[query], batch.Length);
            ReadOnlySpan<ScanHit> hits = searcher.Hits(query);
            hits = hits[..Math.Min(hits.Length, Math.Max(shape.FirstStage.Value, batch[query].ScanK))];
            rows[query] = Array.ConvertAll(hits.ToArray(), hit => hit.Row);
            passed[query] = searcher.RowsPassed(query);
        }

        return new Candidates(rows, passed, searcher.Engine);
    }

    private static void Answer(
        ModelSimilarity similarity,
        SimilarityWorkspace workspace,
        RequestWork[] batch,
        int query,
        Candidates? candidates,
        TakeAnswer take)
    {
        RequestWork work = batch[query];
        if (work.Request.Explain)
        {
            work.Clock.End("similarity", string.Create(
                CultureInfo.InvariantCulture,
                $"batch of {batch.Length}; whole logits of {workspace.RowsScored} rows"));
        }

        string name = similarity.Spec.Name;
        long passed = candidates?.Passed[query] ?? workspace.RowsPassed(query);
        long? rescored = candidates?.Rows[query].Length;
        string engine = candidates is null ? CpuBackend.Name : ScanAnswer.EngineOf(candidates.Engine, CpuBackend.Name);
        take(work, new ScanAnswer(workspace.Hits(query), passed, engine)
        {
            Mode = rescored is null ? name : string.Create(
                CultureInfo.InvariantCulture,
                $"{work.Query.Embeddings[0].Name} -> {rescored:N0} of {passed:N0} by {name}"),
            RowsRescored = rescored,
            IsExact = rescored is null || rescored == passed,
        });
    }

    /// <summary>What a first stage found: [query] rows, and how many passed; what searched.</summary>
    internal sealed record Candidates(ReadOnlyMemory<uint>[] Rows, long[] Passed, string Engine);
}

using System.Collections.Immutable;
using System.Globalization;
using Linr.Engine.Scan;
using Linr.Engine.Similarities;
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
/// <param name="onDevice">What a device does of it; null where there is none.</param>
internal sealed class SimilaritySearch(
    TableScan table,
    SearcherPool pool,
    ScanWorkers? workers,
    ImmutableArray<ModelSimilarity> similarities,
    LearnedDeviceSearch? onDevice) : IDisposable
{
    private readonly SimilarityScans _scans = new(workers);

    /// <summary>Answers requests of one shape.</summary>
    public void Run(ScanShape shape, RequestWork[] batch, TakeAnswer take, CancellationToken cancellation)
    {
        ModelSimilarity similarity = similarities.First(one => one.Spec.Name == shape.Similarity);
        ScanRequest request = Request(similarity, shape, batch);
        string engine = CpuBackend.Name;
        if (onDevice?.TryRun(similarity, shape, batch, request, take, cancellation, out engine) is true)
        {
            return;
        }

        Candidates? candidates = shape.FirstStage is null ? null : FirstStage(shape, batch, cancellation);
        SimilarityRequests.Choose(request, batch, candidates);
        _scans.Run(
            similarity.Similarity,
            request,
            workspace =>
            {
                Array.ForEach(batch, work => EndScan(work, workspace, batch.Length));
                for (int query = 0; query < batch.Length; query++)
                {
                    Answer(similarity, workspace, batch, query, candidates, engine, take);
                }
            },
            cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _scans.Dispose();

    private ScanRequest Request(ModelSimilarity similarity, ScanShape shape, RequestWork[] batch)
        => SimilarityRequests.Scan(
            table,
            similarity.ItemEmbeddings,
            similarity.QueryHalves(batch.Select(
                work => work.Query.SimilarityQueries.Select(query => query.Vector).ToArray())),
            shape,
            batch);

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
        RequestRunner.EndScan(searcher, batch);
        for (int query = 0; query < batch.Length; query++)
        {
            ReadOnlySpan<ScanHit> hits = searcher.Hits(query);
            hits = hits[..Math.Min(hits.Length, Math.Max(shape.FirstStage.Value, batch[query].ScanK))];
            rows[query] = Array.ConvertAll(hits.ToArray(), hit => hit.Row);
            passed[query] = searcher.RowsPassed(query);
        }

        return new Candidates(rows, passed, searcher.Engine);
    }

    private static void EndScan(RequestWork work, SimilarityWorkspace workspace, int batchLength)
    {
        if (work.Request.Explain)
        {
            work.Clock.EndScan("similarity", string.Create(
                CultureInfo.InvariantCulture,
                $"batch of {batchLength}; whole logits of {workspace.RowsScored} rows"));
        }
        else
        {
            work.Clock.EndScan();
        }
    }

    private static void Answer(
        ModelSimilarity similarity,
        SimilarityWorkspace workspace,
        RequestWork[] batch,
        int query,
        Candidates? candidates,
        string engine,
        TakeAnswer take)
    {
        RequestWork work = batch[query];
        engine = candidates is null ? engine : ScanAnswer.EngineOf(candidates.Engine, engine);
        take(work, SimilarityRequests.Answer(
            work,
            similarity.Spec.Name,
            workspace.Hits(query),
            candidates?.Passed[query] ?? workspace.RowsPassed(query),
            candidates?.Rows[query].Length,
            engine));
    }

    /// <summary>What a first stage found: [query] rows, and how many passed; what searched.</summary>
    internal sealed record Candidates(ReadOnlyMemory<uint>[] Rows, long[] Passed, string Engine);
}

using System.Globalization;
using Linr.Engine.Scan;
using Linr.Engine.Similarities;
using Linr.Kernels.Scan;
using Linr.Kernels.Similarities;

namespace Linr.Engine.Requests;

/// <summary>Searches by a similarity in C#: every row that passes, or a first stage's candidates.</summary>
/// <param name="table">The table as scans read it.</param>
/// <param name="workers">Threads that help; null for none.</param>
/// <param name="firstStages">Finds candidates.</param>
/// <param name="similarities">The similarities.</param>
internal sealed class CustomSearch(
    TableScan table, ScanWorkers? workers, SimilaritySearch firstStages, CustomSimilarities similarities) : IDisposable
{
    private readonly SimilarityScans _scans = new(workers);

    /// <summary>Whether it searches by the similarity of that name.</summary>
    public bool Has(string similarity) => similarities.Find(similarity) is not null;

    /// <summary>Answers requests of one shape.</summary>
    /// <exception cref="SimilarityException">The similarity failed.</exception>
    public void Run(ScanShape shape, RequestWork[] batch, TakeAnswer take, CancellationToken cancellation)
    {
        CustomSimilarity similarity = similarities.Find(shape.Similarity!)!;
        ScanRequest request = Request(similarity, shape, batch);
        SimilaritySearch.Candidates? candidates =
            shape.FirstStage is null ? null : firstStages.FirstStage(shape, batch, cancellation);
        SimilarityRequests.Choose(request, batch, candidates);
        try
        {
            _scans.Run(
                similarities.Kernel(similarity),
                request,
                workspace =>
                {
                    for (int query = 0; query < batch.Length; query++)
                    {
                        EndScan(similarity.Name, workspace, batch, query, candidates);
                    }

                    for (int query = 0; query < batch.Length; query++)
                    {
                        Answer(similarity.Name, workspace, batch, query, candidates, take);
                    }
                },
                cancellation);
        }
        catch (LogitException wrong)
        {
            string score = wrong.Logit.ToString(CultureInfo.InvariantCulture);
            throw new SimilarityException(
                similarity.Name,
                $"expected finite scores; found {score} for item {table.Table.Ids.Read(wrong.Row)}.",
                wrong);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _scans.Dispose();

    private ScanRequest Request(CustomSimilarity similarity, ScanShape shape, RequestWork[] batch)
        => SimilarityRequests.Scan(
            table,
            similarity.ItemEmbeddings,
            [.. batch.SelectMany(work => work.Query.Embeddings[0].Vector.ToArray())],
            shape,
            batch);

    private static void EndScan(
        string name,
        SimilarityWorkspace workspace,
        RequestWork[] batch,
        int query,
        SimilaritySearch.Candidates? candidates)
    {
        StageClock clock = batch[query].Clock;
        if (batch[query].Request.Explain)
        {
            long rows = candidates?.Rows[query].Length ?? workspace.RowsPassed(query);
            clock.EndScan("similarity", string.Create(
                CultureInfo.InvariantCulture, $"batch of {batch.Length}; {rows} rows by {name}"));
        }
        else
        {
            clock.EndScan();
        }
    }

    private static void Answer(
        string name,
        SimilarityWorkspace workspace,
        RequestWork[] batch,
        int query,
        SimilaritySearch.Candidates? candidates,
        TakeAnswer take)
    {
        RequestWork work = batch[query];
        long passed = candidates?.Passed[query] ?? workspace.RowsPassed(query);
        long? rescored = candidates?.Rows[query].Length;
        string engine = candidates is null ? CpuBackend.Name : ScanAnswer.EngineOf(candidates.Engine, CpuBackend.Name);
        take(work, SimilarityRequests.Answer(work, name, workspace.Hits(query), passed, rescored, engine));
    }
}

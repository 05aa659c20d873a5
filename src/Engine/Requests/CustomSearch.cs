using System.Collections.Concurrent;
using System.Globalization;
using Linr.Engine.Scan;
using Linr.Engine.Similarities;
using Linr.Kernels;
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
    private readonly ConcurrentBag<SimilarityWorkspace> _workspaces = [];

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
            SimilarityScan.Search(similarities.Kernel(similarity), request, workspace, workers, cancellation);
            for (int query = 0; query < batch.Length; query++)
            {
                Answer(similarity.Name, workspace, batch, query, candidates, take);
            }
        }
        catch (LogitException wrong)
        {
            string score = wrong.Logit.ToString(CultureInfo.InvariantCulture);
            throw new SimilarityException(
                similarity.Name,
                $"expected finite scores; found {score} for item {table.Table.Ids.Read(wrong.Row)}.",
                wrong);
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

    private ScanRequest Request(CustomSimilarity similarity, ScanShape shape, RequestWork[] batch)
    {
        var request = new ScanRequest
        {
            Segments = similarity.ItemEmbeddings.Select(name => table.Segment(name, ScoreSource.Rows)).ToArray(),
            RowCount = table.Table.Rows,
            QueryCount = batch.Length,
            Queries = batch.SelectMany(work => work.Query.Embeddings[0].Vector.ToArray()).ToArray(),
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
        if (work.Request.Explain)
        {
            work.Clock.End("similarity", string.Create(
                CultureInfo.InvariantCulture, $"batch of {batch.Length}; {rescored ?? passed} rows by {name}"));
        }

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
}

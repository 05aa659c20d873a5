using System.Collections.Concurrent;
using Linr.Kernels;
using Linr.Kernels.Scan;
using Linr.Kernels.Similarities;

namespace Linr.Engine.Similarities;

/// <summary>Scans by similarities on the processor, in workspaces that are used again. Safe for concurrent use.</summary>
/// <param name="workers">Threads that help; null for none.</param>
internal sealed class SimilarityScans(ScanWorkers? workers) : IDisposable
{
    private readonly ConcurrentBag<SimilarityWorkspace> _workspaces = [];

    /// <summary>Runs a scan.</summary>
    /// <param name="similarity">What scores.</param>
    /// <param name="request">The scan.</param>
    /// <param name="take">Takes the answers, which are the workspace's.</param>
    /// <param name="cancellation">Looked at between units of rows.</param>
    public void Run(
        LearnedSimilarity similarity,
        ScanRequest request,
        Action<SimilarityWorkspace> take,
        CancellationToken cancellation = default)
    {
        if (!_workspaces.TryTake(out SimilarityWorkspace? workspace))
        {
            workspace = new SimilarityWorkspace();
        }

        try
        {
            SimilarityScan.Search(similarity, request, workspace, workers, cancellation);
            take(workspace);
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
}

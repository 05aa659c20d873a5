namespace Linr.Kernels.Scan;

/// <summary>
/// Exact filtered top-k: for each query the K rows of highest canonical score among those that are live, pass its
/// filter and reach its lowest score; score descending, then <see cref="RowOrder"/>; at most a cap of each group. One
/// pass over the rows serves the whole batch, and no score is written out. The answer's bits do not depend on batch,
/// threads, path or instruction set: float scores only choose which rows get their <see cref="CanonicalScore"/>.
/// After the fused scan of <em>LiNR: Model Based Neural Retrieval on GPUs at LinkedIn</em> (CIKM 2024), V1 and V2.
/// </summary>
public static partial class FilteredTopK
{
    /// <summary>Survivors of all queries and threads; a batch that may keep more runs in several passes.</summary>
    private const long SurvivorBytesMax = 1L << 30;

    /// <summary>Runs a request; the answer is in <paramref name="workspace"/> until its next scan.</summary>
    /// <param name="request">What to compute.</param>
    /// <param name="workspace">The memory to use; one scan at a time.</param>
    /// <param name="workers">Threads that help; null: the calling thread alone.</param>
    /// <param name="cancellation">Looked at between units of rows.</param>
    /// <exception cref="ArgumentException">The request's parts do not fit each other.</exception>
    /// <exception cref="OperationCanceledException">The scan was cancelled.</exception>
    public static void Search(
        ScanRequest request,
        ScanWorkspace workspace,
        ScanWorkers? workers = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(workspace);
        RequestCheck.Check(request);
        workspace.Begin(request, cancellation);
        ScanWorkers? helpers = workers is not null && workers.TryTake() ? workers : null;
        try
        {
            long threads = helpers?.ThreadCount ?? 1;
            int k = (int)Math.Min(request.K, Math.Max(1, request.RowCount));
            long queryBytes = threads * Survivors.CapacityFor(k, Survivors.RoomMin) * sizeof(ulong);
            int passQueries = (int)Math.Clamp(SurvivorBytesMax / queryBytes, 1, Math.Max(1, request.QueryCount));
            for (int first = 0; first < request.QueryCount; first += passQueries)
            {
                int count = Math.Min(passQueries, request.QueryCount - first);
                if (request.Candidates.Length > 0)
                {
                    workspace.ScoreCandidates(request, first, count, helpers);
                }
                else
                {
                    workspace.Pass(request, first, count, helpers);
                }
            }
        }
        finally
        {
            helpers?.Return();
        }
    }
}

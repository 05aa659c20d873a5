using Linr.Kernels.Scan;
using Linr.Kernels.Similarities;

namespace Linr.Kernels;

/// <summary>
/// Exact filtered top-k by a learned similarity: for each query the K rows of highest logit among those that are live
/// and pass its filter, every one of them looked at; logit descending, then <see cref="RowOrder"/>; at most a cap of
/// each group. A logit's bits depend on query and row alone: a row is a lane, and lanes add in one order at every
/// vector width.
/// </summary>
public static partial class SimilarityScan
{
    /// <summary>Runs a request; the answer is in <paramref name="workspace"/> until its next scan.</summary>
    /// <param name="similarity">What scores.</param>
    /// <param name="request">
    /// What to compute: <see cref="ScanRequest.Segments"/> are the item's halves, whose metric is not read, and
    /// <see cref="ScanRequest.Queries"/> are Q x <see cref="LearnedSimilarity.QueryWidth"/>. No weights.
    /// </param>
    /// <param name="workspace">The memory to use; one scan at a time.</param>
    /// <param name="workers">Threads that help; null: the calling thread alone.</param>
    /// <param name="cancellation">Looked at between units of rows.</param>
    /// <exception cref="ArgumentException">The request's parts do not fit each other or the similarity.</exception>
    /// <exception cref="OperationCanceledException">The scan was cancelled.</exception>
    public static void Search(
        LearnedSimilarity similarity,
        ScanRequest request,
        SimilarityWorkspace workspace,
        ScanWorkers? workers = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(similarity);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(workspace);
        Check(similarity, request);
        ScanWorkers? helpers = workers is not null && workers.TryTake() ? workers : null;
        try
        {
            workspace.Run(similarity, request, helpers, cancellation);
        }
        finally
        {
            helpers?.Return();
        }
    }

    private static void Check(LearnedSimilarity similarity, ScanRequest request)
    {
        int[] widths = [.. request.Segments.ToArray().Select(segment => segment.Dim)];
        if (!widths.SequenceEqual(similarity.ItemWidths))
        {
            throw new ArgumentException(
                $"Expected segments of {string.Join(", ", similarity.ItemWidths)} floats, found {string.Join(", ", widths)}.",
                nameof(request));
        }

        if (request.Segments.Span[0].Element == RowElement.SignCode)
        {
            throw new ArgumentException("Expected rows, found codes.", nameof(request));
        }

        if (request.Weights.Length > 0)
        {
            throw new ArgumentException($"Expected no weights, found {request.Weights.Length}.", nameof(request));
        }

        RequestCheck.Check(request, (long)request.QueryCount * similarity.QueryWidth);
    }
}

using Linr.Kernels.Scan;
using Linr.Kernels.Similarities;

namespace Linr.Kernels;

/// <content>What the search means: every row that may be a hit, by the logit in float64.</content>
public static partial class SimilarityScan
{
    /// <summary>
    /// The logits of every row that is live and passes a query's filter, in float64, in the order of rows. Slow;
    /// allocates.
    /// </summary>
    public static (uint Row, double Logit)[] Reference(LearnedSimilarity similarity, ScanRequest request, int query)
    {
        ArgumentNullException.ThrowIfNull(similarity);
        ArgumentNullException.ThrowIfNull(request);
        ReadOnlySpan<float> half = request.Queries.Span.Slice(query * similarity.QueryWidth, similarity.QueryWidth);
        var logits = new List<(uint, double)>();
        for (long row = 0; row < request.RowCount; row++)
        {
            if (FilteredTopK.Passes(request, query, (uint)row))
            {
                float[] item =
                    [.. request.Segments.ToArray().SelectMany(segment => FilteredTopK.RowReference(segment, (uint)row))];
                logits.Add(((uint)row, similarity.Reference(half, item)));
            }
        }

        return [.. logits];
    }
}

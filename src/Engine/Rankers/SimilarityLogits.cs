using Linr.Engine.Scan;
using Linr.Engine.Similarities;
using Linr.Index;
using Linr.Kernels.Scan;

namespace Linr.Engine.Rankers;

/// <summary>Logits of a learned similarity for a query's candidates. Safe for concurrent use.</summary>
internal sealed class SimilarityLogits(ModelSimilarity similarity, ItemTable table) : IDisposable
{
    private readonly TableScan _table = new(table);
    private readonly SimilarityScans _scans = new(workers: null);

    /// <summary>The logit of each row.</summary>
    /// <param name="query">The query's embedding.</param>
    /// <param name="rows">Rows, none twice.</param>
    public float[] Of(ReadOnlyMemory<float> query, ReadOnlyMemory<uint> rows)
    {
        var logits = new float[rows.Length];
        if (rows.IsEmpty)
        {
            return logits;
        }

        var request = new ScanRequest
        {
            Segments = similarity.ItemEmbeddings.Select(name => _table.Segment(name, ScoreSource.Rows)).ToArray(),
            RowCount = table.Rows,
            QueryCount = 1,
            Queries = similarity.QueryHalves([[query]]),
            K = rows.Length,
            Candidates = new[] { rows },
        };
        var places = new Dictionary<uint, int>(rows.Length);
        for (int candidate = 0; candidate < rows.Length; candidate++)
        {
            places.Add(rows.Span[candidate], candidate);
        }

        _scans.Run(similarity.Similarity, request, workspace =>
        {
            foreach (ScanHit hit in workspace.Hits(0))
            {
                logits[places[hit.Row]] = hit.Score;
            }
        });
        return logits;
    }

    /// <inheritdoc/>
    public void Dispose() => _scans.Dispose();
}

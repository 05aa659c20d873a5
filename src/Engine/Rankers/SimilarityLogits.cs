using Linr.Engine.Scan;
using Linr.Engine.Similarities;
using Linr.Index;
using Linr.Index.Embeddings;
using Linr.Kernels.Scan;

namespace Linr.Engine.Rankers;

/// <summary>Logits of a learned similarity for a query's candidates. Safe for concurrent use.</summary>
internal sealed class SimilarityLogits(ModelSimilarity similarity, ItemTable table) : IDisposable
{
    private readonly EmbeddingColumn[] _columns = [.. similarity.ItemEmbeddings.Select(name => table.FindEmbedding(name)!)];
    private volatile Tuple<long, ScanSegment[]>? _known;

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
            Segments = Segments(),
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

    // A live table's blocks may have come since.
    private ScanSegment[] Segments()
    {
        long changes = _columns.Sum(column => column.Changes);
        Tuple<long, ScanSegment[]>? known = _known;
        if (known is null || known.Item1 != changes)
        {
            known = Tuple.Create(changes, Array.ConvertAll(_columns, TableScan.SegmentOf));
            _known = known;
        }

        return known.Item2;
    }

    /// <inheritdoc/>
    public void Dispose() => _scans.Dispose();
}

using System.Diagnostics;
using System.Globalization;
using Linr.Engine.Scan;
using Linr.Index;
using Linr.Kernels.Scan;

namespace Linr.Engine.Bench;

/// <summary>
/// Times exact searches by way of an 8-bit copy, as a caller of <see cref="Retriever"/> waits for them, beside scans of
/// the 32-bit rows themselves. Both answers are compared.
/// </summary>
internal sealed class CopyBench : IDisposable
{
    private const string Name = "rows";
    private const int K = 100;
    private static readonly int[] s_batches = [1, 16, 64, 256];

    private readonly Retriever _retriever;
    private readonly RowSearcher _rows;
    private readonly BenchTable _table;
    private readonly int _seed;

    public CopyBench(BenchTable table, long rowCount, int dim, int threadCount, int seed)
    {
        (_table, _seed) = (table, seed);
        var schema = new Schema
        {
            IdKind = IdKind.Integer,
            Embeddings = [new EmbeddingSchema(Name, dim, Metric.Dot, Copy: RowType.Int8)],
        };
        using var builder = new ItemTableBuilder(schema);
        for (long first = 0; first < rowCount; first += ScanSegment.BlockRows)
        {
            int count = (int)Math.Min(ScanSegment.BlockRows, rowCount - first);
            builder.AppendIds([.. Enumerable.Range(0, count).Select(i => first + i)]);
            builder.SetEmbeddings(Name, (uint)first, table.Rows(first, count));
        }

        _retriever = Retriever.Over(builder.Build(), options: new RetrieverOptions { Threads = threadCount });
        _rows = _retriever.CreateRowSearcher();
    }

    public IReadOnlyList<CopyFigure> Run(int passCount, IProgress<double>? progress, CancellationToken cancellation)
    {
        var figures = new List<CopyFigure>();
        foreach (int batch in s_batches)
        {
            figures.Add(Run(batch, passCount, cancellation));
            progress?.Report(figures.Count / (double)s_batches.Length);
        }

        return figures;
    }

    public void Dispose()
    {
        _rows.Dispose();
        _retriever.Dispose();
    }

    private CopyFigure Run(int batch, int passCount, CancellationToken cancellation)
    {
        ReadOnlyMemory<float> queries = _table.Request(RowElement.Float32, batch, K, _seed).Queries;
        int dim = queries.Length / batch;
        SearchRequest[] requests =
        [
            .. Enumerable.Range(0, batch).Select(i => new SearchRequest
            {
                Embeddings = [new EmbeddingQuery(Name, queries.Slice(i * dim, dim))],
                K = K,
            }),
        ];
        var rows = new double[passCount];
        var copies = new double[passCount];
        double candidates = 0;
        for (int pass = -1; pass < passCount; pass++)
        {
            long start = Stopwatch.GetTimestamp();
            _rows.Begin(batch);
            for (int i = 0; i < batch; i++)
            {
                queries.Span.Slice(i * dim, dim).CopyTo(_rows.Query(i));
            }

            _rows.Search(K, cancellation);
            double ofRows = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            start = Stopwatch.GetTimestamp();
            IReadOnlyList<SearchResponse> found = _retriever.SearchBatch(requests, cancellation);
            double ofCopies = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            if (pass < 0)
            {
                candidates = found.Select(Compare).Average();
            }
            else
            {
                (rows[pass], copies[pass]) = (ofRows, ofCopies);
            }
        }

        return new CopyFigure(
            batch, K, Medians.Of(rows), Medians.Of(copies), Medians.Of(rows.Zip(copies, (a, b) => a / b)), candidates);
    }

    /// <summary>Checks an answer by way of the copy against that of the rows; the rows that it looked at.</summary>
    private double Compare(SearchResponse found, int query)
    {
        ReadOnlySpan<ScanHit> hits = _rows.Hits(query);
        for (int i = 0; i < hits.Length; i++)
        {
            // Ids are the numbers of rows.
            Hit hit = found.Hits[i];
            if (hit.Id.Integer != hits[i].Row || hit.Score != hits[i].Score)
            {
                throw new InvalidOperationException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Query {query}, hit {i}: expected {hits[i]}; found {hit.Id} at {hit.Score}."));
            }
        }

        return found.RowsRescored ?? throw new InvalidOperationException("Expected an answer by way of the copy.");
    }
}

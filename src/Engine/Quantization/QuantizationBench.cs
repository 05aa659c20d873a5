using System.Diagnostics;
using Linr.Engine.Bench;
using Linr.Engine.Scan;
using Linr.Index;
using Linr.Index.Embeddings;
using Linr.Kernels.Scan;

namespace Linr.Engine.Quantization;

/// <summary>
/// Measures what quantized search keeps of the exact answers, and what it takes: codes of several widths, made here of
/// the model's rows, by themselves and with the best of them rescored. Queries one at a time.
/// </summary>
public sealed class QuantizationBench : IDisposable
{
    private readonly ItemTable _table;
    private readonly QuantizationOptions _options;
    private readonly EmbeddingColumn _column;
    private readonly int[] _ks;
    private readonly ReadOnlyMemory<float>[] _queries;
    private readonly Dictionary<uint, int>[] _ranks;
    private readonly double[] _samplesUs;
    private readonly ScanSegment _segment;
    private readonly ScanWorkers _workers;
    private readonly SegmentSearch _rows;

    /// <summary>Draws the queries.</summary>
    /// <param name="table">The items, which must outlive this.</param>
    /// <param name="options">What to measure.</param>
    /// <exception cref="ArgumentException">An option is wrong, or there are too few items for every K.</exception>
    public QuantizationBench(ItemTable table, QuantizationOptions options)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        _column = QuantizationCheck.Check(table, options);
        (_table, _options) = (table, options);
        _ks = [.. options.Ks.Where(k => k < table.Rows).Order()];
        _queries = MixedQueries.Draw(_column, options.QueryCount, options.Seed);
        _ranks = new Dictionary<uint, int>[_queries.Length];
        _samplesUs = new double[_queries.Length];
        _segment = new TableScan(table).Segment(_column.Schema.Name);
        _workers = new ScanWorkers(options.ThreadCount);
        _rows = new SegmentSearch(_segment, table, _workers);
    }

    /// <summary>An answer, best first; valid until the next one.</summary>
    private delegate ReadOnlySpan<ScanHit> Answer(ReadOnlyMemory<float> query);

    /// <summary>Measures everything.</summary>
    /// <param name="progress">Told the share that is done; null for nobody.</param>
    /// <param name="cancellation">Looked at during each search.</param>
    public QuantizationResult Run(IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        FindExact(cancellation);
        double?[] keeps = [null, .. _options.KeepShares];
        int steps = _options.Bits.Count * _ks.Length * (1 + (2 * keeps.Length));
        int done = 0;
        var exactUs = new List<double>[_ks.Length];
        var figures = new List<QuantizationFigure>();
        foreach (int bits in _options.Bits)
        {
            using var codes = new CodeAnswers(_table, _column, _rows, bits, _workers, cancellation);
            for (int i = 0; i < _ks.Length; i++)
            {
                int k = _ks[i];
                double exact = Measure(k, query => _rows.Search(query, k, null, cancellation)).MedianUs;
                (exactUs[i] ??= []).Add(exact);
                progress?.Report((double)++done / steps);
                foreach (bool isAsymmetric in (bool[])[false, true])
                {
                    foreach (double? keep in keeps)
                    {
                        Sample sample = Measure(
                            k, query => codes.Answer(query, isAsymmetric, keep, k, cancellation));
                        figures.Add(new QuantizationFigure(
                            bits, isAsymmetric, keep, k, CodeAnswers.Kept(keep, k, _table.Rows), sample.Recall,
                            sample.MedianUs, exact / sample.MedianUs));
                        progress?.Report((double)++done / steps);
                    }
                }
            }
        }

        return new QuantizationResult(
            _column.Schema,
            _segment.RowBytes,
            _table.Rows,
            _options.QueryCount,
            _options.Seed,
            _options.ThreadCount,
            _ks,
            [.. _options.Ks.Except(_ks).Order()],
            [.. _ks.Zip(exactUs, (k, medians) => new ExactFigure(k, Medians.Of(medians)))],
            figures);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rows.Dispose();
        _workers.Dispose();
    }

    private void FindExact(CancellationToken cancellation)
    {
        for (int query = 0; query < _queries.Length; query++)
        {
            ReadOnlySpan<ScanHit> hits = _rows.Search(_queries[query], _ks[^1], null, cancellation);
            _ranks[query] = new Dictionary<uint, int>(hits.Length);
            for (int rank = 0; rank < hits.Length; rank++)
            {
                _ranks[query].Add(hits[rank].Row, rank);
            }
        }
    }

    private Sample Measure(int k, Answer answer)
    {
        // The first search of a size makes room for it.
        _ = answer(_queries[0]);
        long found = 0;
        for (int query = 0; query < _queries.Length; query++)
        {
            long start = Stopwatch.GetTimestamp();
            ReadOnlySpan<ScanHit> hits = answer(_queries[query]);
            _samplesUs[query] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            foreach (ScanHit hit in hits)
            {
                found += _ranks[query].TryGetValue(hit.Row, out int rank) && rank < k ? 1 : 0;
            }
        }

        return new Sample((double)found / ((long)k * _queries.Length), Medians.Of(_samplesUs));
    }

    private readonly record struct Sample(double Recall, double MedianUs);
}

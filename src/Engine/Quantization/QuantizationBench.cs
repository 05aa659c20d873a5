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
        _segment = new TableScan(table).Segment(_column.Schema.Name, ScoreSource.Rows);
        _workers = new ScanWorkers(options.ThreadCount);
        _rows = new SegmentSearch(_segment, table, _workers);
    }

    /// <summary>Measures everything.</summary>
    /// <param name="progress">Told the share that is done; null for nobody.</param>
    /// <param name="cancellation">Looked at during each search.</param>
    public QuantizationResult Run(IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        var turns = new Turns(_queries, query => _rows.Search(query, _ks[^1], cancellation));
        RowType[] rowTypes = [.. _options.RowTypes.Where(type => type != _column.Schema.RowType)];
        int steps = (_options.Bits.Count + rowTypes.Length) * _ks.Length * turns.Count;
        int done = 0;
        var exactUs = _ks.ToDictionary(k => k, _ => new List<double>());
        var figures = new List<QuantizationFigure>();
        foreach (int bits in _options.Bits)
        {
            using var codes = new CodeAnswers(_table, _column, _rows, bits, _workers, cancellation);
            foreach (int k in _ks)
            {
                (double Recall, double MedianUs)[] samples = turns.Measure(
                    k, Ways(codes, k, cancellation), Turned);
                double exact = samples[0].MedianUs;
                exactUs[k].Add(exact);
                figures.AddRange(Kinds().Zip(samples.Skip(1), (kind, sample) => new QuantizationFigure(
                    bits,
                    kind.IsAsymmetric,
                    kind.KeepShare,
                    k,
                    CodeAnswers.Kept(kind.KeepShare, k, _table.Rows),
                    sample.Recall,
                    sample.MedianUs,
                    exact / sample.MedianUs)));
            }
        }

        RowTypeFigure[] rows = [.. rowTypes.SelectMany(type => Measure(type, turns, Turned, cancellation))];
        return new QuantizationResult(
            _column.Schema,
            _segment.RowBytes,
            _table.Rows,
            _options.QueryCount,
            _options.Seed,
            _options.ThreadCount,
            _ks,
            [.. _options.Ks.Except(_ks).Order()],
            [.. _ks.Select(k => new ExactFigure(k, Medians.Of(exactUs[k])))],
            figures)
        {
            RowTypes = rows,
        };

        void Turned() => progress?.Report((double)++done / steps);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rows.Dispose();
        _workers.Dispose();
    }

    /// <summary>Rows of another kind, searched exactly, beside the embedding's own.</summary>
    private List<RowTypeFigure> Measure(RowType type, Turns turns, Action turned, CancellationToken cancellation)
    {
        using EmbeddingColumn column =
            EmbeddingConversion.Convert(_column, type, codes: null, copy: null, progress: null, cancellation);
        ScanSegment segment = TableScan.SegmentOf(column);
        using var search = new SegmentSearch(segment, _table, _workers);
        var figures = new List<RowTypeFigure>();
        foreach (int k in _ks)
        {
            Answer[] ways =
            [
                query => _rows.Search(query, k, cancellation),
                query => search.Search(query, k, cancellation),
            ];
            (double Recall, double MedianUs)[] samples = turns.Measure(k, ways, turned);
            figures.Add(new RowTypeFigure(
                type,
                segment.RowBytes + (type == RowType.Int8 ? sizeof(ushort) : 0),
                k,
                samples[1].Recall,
                samples[1].MedianUs,
                samples[0].MedianUs / samples[1].MedianUs));
        }

        return figures;
    }

    /// <summary>The exact search, then every kind of search by codes.</summary>
    private Answer[] Ways(CodeAnswers codes, int k, CancellationToken cancellation) =>
    [
        query => _rows.Search(query, k, cancellation),
        .. Kinds().Select(kind => (Answer)(
            query => codes.Answer(query, kind.IsAsymmetric, kind.KeepShare, k, cancellation))),
    ];

    private IEnumerable<(bool IsAsymmetric, double? KeepShare)> Kinds()
        => from isAsymmetric in (bool[])[false, true]
           from keepShare in (double?[])[null, .. _options.KeepShares]
           select (isAsymmetric, keepShare);
}

using System.Collections.Concurrent;
using Linr.Index;
using Linr.Index.Columns;
using Linr.Index.Embeddings;
using Linr.Index.Live;
using Linr.Kernels.Filter;
using Linr.Kernels.Scan;

namespace Linr.Engine.Scan;

/// <summary>
/// A table as the scan reads it: addresses only, made once when a model is opened; of a live table, whenever blocks came.
/// </summary>
internal sealed class TableScan
{
    private readonly Dictionary<string, ScanSegment> _segments;
    private readonly Dictionary<string, ScanSegment> _codes;
    private readonly Dictionary<string, ScanSegment> _copies;
    private readonly ConcurrentDictionary<(string Embedding, ScoreSource Source), (long Changes, ScanSegment Segment)> _live = new();

    public TableScan(ItemTable table, LiveTable? live = null)
    {
        (Table, Live) = (table, live);
        _segments = table.Embeddings.Where(column => column.Schema.RowType != RowType.None)
            .ToDictionary(column => column.Schema.Name, SegmentOf);
        _codes = table.Embeddings.Where(column => column.Codes is not null)
            .ToDictionary(column => column.Schema.Name, column => column.Codes!.Segment());
        _copies = table.Embeddings.Where(column => column.Copy is not null)
            .ToDictionary(column => column.Schema.Name, column => SegmentOf(column.Copy!.Column));
    }

    /// <summary>The table.</summary>
    public ItemTable Table { get; }

    /// <summary>What changes it; null where nothing does.</summary>
    public LiveTable? Live { get; }

    /// <summary>An embedding's rows or codes; or its copy, and the rows of one that has no copy.</summary>
    public ScanSegment Segment(string embedding, ScoreSource source)
        => Live is not null ? LiveSegment(embedding, source)
            : source == ScoreSource.Codes ? _codes[embedding]
            : source == ScoreSource.Copy && _copies.TryGetValue(embedding, out ScanSegment copy) ? copy
            : _segments[embedding];

    /// <summary>The number of an embedding in the schema.</summary>
    public int EmbeddingNumber(string embedding) => Table.Embeddings.Index()
        .First(one => one.Item.Schema.Name == embedding).Index;

    /// <summary>The codes of an attribute that hits may be grouped by.</summary>
    public ReadOnlyMemory<ColumnBlock> Groups(string attribute) => ((ValueColumn)Table.FindColumn(attribute)!).Blocks;

    // Whoever asks has taken a view before, whose rows are in these blocks.
    private ScanSegment LiveSegment(string embedding, ScoreSource source)
    {
        EmbeddingColumn column = Table.FindEmbedding(embedding)!;
        long changes = column.Changes;
        if (!_live.TryGetValue((embedding, source), out (long Changes, ScanSegment Segment) known) || known.Changes != changes)
        {
            known = (changes, source switch
            {
                ScoreSource.Codes => column.Codes!.Segment(),
                ScoreSource.Copy when column.Copy is not null => SegmentOf(column.Copy.Column),
                _ => SegmentOf(column),
            });
            _live[(embedding, source)] = known;
        }

        return known.Segment;
    }

    /// <summary>The rows of an embedding that has some.</summary>
    internal static ScanSegment SegmentOf(EmbeddingColumn column)
    {
        EmbeddingSchema schema = column.Schema;
        var blocks = new RowBlock[column.BlockCount];
        for (int block = 0; block < blocks.Length; block++)
        {
            blocks[block] = column.Block(block);
        }

        return new ScanSegment(
            schema.Dim,
            schema.RowType switch
            {
                RowType.Float32 => RowElement.Float32,
                RowType.Float16 => RowElement.Float16,
                RowType.Int8 => RowElement.Int8,
                _ => RowElement.BFloat16,
            },
            schema.Metric switch
            {
                Metric.Dot => ScanMetric.Dot,
                Metric.Cosine => ScanMetric.Cosine,
                _ => ScanMetric.Euclidean,
            },
            blocks);
    }
}

using Linr.Index;
using Linr.Index.Columns;
using Linr.Index.Embeddings;
using Linr.Kernels.Filter;
using Linr.Kernels.Scan;

namespace Linr.Engine.Scan;

/// <summary>A table as the scan reads it: addresses only, made once when a model is opened.</summary>
internal sealed class TableScan
{
    private readonly Dictionary<string, ScanSegment> _segments;
    private readonly Dictionary<string, ScanSegment> _codes;
    private readonly Dictionary<string, ScanSegment> _copies;
    private readonly Dictionary<string, ReadOnlyMemory<ColumnBlock>> _groups;

    public TableScan(ItemTable table)
    {
        Table = table;
        _segments = table.Embeddings.Where(column => column.Schema.RowType != RowType.None)
            .ToDictionary(column => column.Schema.Name, SegmentOf);
        _codes = table.Embeddings.Where(column => column.Codes is not null)
            .ToDictionary(column => column.Schema.Name, column => column.Codes!.Segment());
        _copies = table.Embeddings.Where(column => column.Copy is not null)
            .ToDictionary(column => column.Schema.Name, column => SegmentOf(column.Copy!.Column));
        _groups = table.Columns.OfType<ValueColumn>()
            .Where(column => column.Dictionary is not null && !column.Field.MultiValued)
            .ToDictionary(column => column.Field.Name, column => column.Blocks);
    }

    /// <summary>The table.</summary>
    public ItemTable Table { get; }

    /// <summary>An embedding's rows or codes; or its copy, and the rows of one that has no copy.</summary>
    public ScanSegment Segment(string embedding, ScoreSource source)
        => source == ScoreSource.Codes ? _codes[embedding]
            : source == ScoreSource.Copy && _copies.TryGetValue(embedding, out ScanSegment copy) ? copy
            : _segments[embedding];

    /// <summary>The number of an embedding in the schema.</summary>
    public int EmbeddingNumber(string embedding) => Table.Embeddings.Index()
        .First(one => one.Item.Schema.Name == embedding).Index;

    /// <summary>The codes of an attribute that hits may be grouped by.</summary>
    public ReadOnlyMemory<ColumnBlock> Groups(string attribute) => _groups[attribute];

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

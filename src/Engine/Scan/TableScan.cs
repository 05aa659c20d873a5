using System.Collections.Concurrent;
using Linr.Index;
using Linr.Index.Columns;
using Linr.Index.Embeddings;
using Linr.Kernels.Filter;
using Linr.Kernels.Scan;

namespace Linr.Engine.Scan;

/// <summary>
/// A table as the scan reads it: addresses only, made at first use, and again where blocks of a live table have changed.
/// </summary>
/// <param name="table">The table.</param>
internal sealed class TableScan(ItemTable table)
{
    private readonly ConcurrentDictionary<(string Embedding, ScoreSource Source), (long Changes, ScanSegment Segment)> _known
        = new();

    /// <summary>The table.</summary>
    public ItemTable Table { get; } = table;

    /// <summary>
    /// An embedding's rows or codes; or its copy, and the rows of one that has no copy. Who asks of a live table has taken a
    /// view before, whose rows are in these blocks.
    /// </summary>
    public ScanSegment Segment(string embedding, ScoreSource source)
    {
        EmbeddingColumn column = Table.FindEmbedding(embedding)!;
        long changes = column.Changes;
        if (!_known.TryGetValue((embedding, source), out (long Changes, ScanSegment Segment) known) || known.Changes != changes)
        {
            known = (changes, source switch
            {
                ScoreSource.Codes => column.Codes!.Segment(),
                ScoreSource.Copy when column.Copy is not null => SegmentOf(column.Copy.Column),
                _ => SegmentOf(column),
            });
            _known[(embedding, source)] = known;
        }

        return known.Segment;
    }

    /// <summary>The number of an embedding in the schema.</summary>
    public int EmbeddingNumber(string embedding) => Table.Embeddings.Index()
        .First(one => one.Item.Schema.Name == embedding).Index;

    /// <summary>The codes of an attribute that hits may be grouped by.</summary>
    public ReadOnlyMemory<ColumnBlock> Groups(string attribute) => ((ValueColumn)Table.FindColumn(attribute)!).Blocks;

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

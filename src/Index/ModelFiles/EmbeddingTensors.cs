using System.Collections.Immutable;
using Linr.Index.Embeddings;
using Linr.Memory;
using Linr.ModelFile;

namespace Linr.Index.ModelFiles;

/// <summary>Embeddings as tensors, which must live until these are written.</summary>
/// <param name="embeddings">The embeddings.</param>
/// <param name="rows">Which of their rows; null: all.</param>
internal sealed class EmbeddingTensors(IReadOnlyList<EmbeddingColumn> embeddings, ViewRows? rows)
{
    private const int PageBytes = 4_096;

    private readonly EmbeddingColumn[] _copied = [.. embeddings.Where(column => column.Copy is not null)];

    /// <summary>Norms, scales and what copies lost.</summary>
    public IEnumerable<TensorSource> Small()
        => OfRows().Where(column => column.HasNorms).Select(Norms)
            .Concat(OfRows().Where(column => column.Schema.RowType == RowType.Int8).Select(Scales))
            .Concat(_copied.Select(Lost));

    /// <summary>Codes and rows.</summary>
    public IEnumerable<TensorSource> Large()
        => embeddings.Where(column => column.Codes is not null).Select(Codes).Concat(OfRows().Select(Rows));

    private IEnumerable<EmbeddingColumn> OfRows()
        => _copied.Select(column => column.Copy!.Column)
            .Concat(embeddings.Where(column => column.Schema.RowType != RowType.None));

    private TensorSource Norms(EmbeddingColumn column) => new(
        ModelNames.Norms(column.Schema.Name),
        TensorType.Float32,
        [CountOf(column)],
        sink => WriteBlocks(sink, column, column.NormBlock, 1));

    private TensorSource Scales(EmbeddingColumn column) => new(
        ModelNames.Scales(column.Schema.Name),
        TensorType.Float16,
        [CountOf(column)],
        sink => WriteBlocks(sink, column, column.ScaleBlock, 1));

    private TensorSource Lost(EmbeddingColumn column) => new(
        ModelNames.Lost(column.Schema.Name),
        TensorType.Float32,
        [(CountOf(column) + Limits.BlockRows - 1) / Limits.BlockRows],
        sink => sink.Write(
            rows is null ? column.Copy!.Lost : rows.LargestOfBlocks(column.Copy!.Lost.ToArray()).AsSpan()));

    private TensorSource Codes(EmbeddingColumn column) => new(
        ModelNames.EmbeddingCodes(column.Schema.Name),
        TensorType.UInt64,
        ImmutableArray.Create(CountOf(column), column.Codes!.Coder.Words),
        sink => WriteBlocks(sink, column, column.Codes.Block, column.Codes.Coder.Words))
    {
        AlignmentBytes = PageBytes,
    };

    private TensorSource Rows(EmbeddingColumn column)
    {
        int dim = column.Schema.Dim;
        (TensorType type, Action<TensorSink> write) = column.Schema.RowType switch
        {
            RowType.Float32 => (
                TensorType.Float32, (Action<TensorSink>)(sink => WriteBlocks(sink, column, column.Float32Block, dim))),
            RowType.Float16 => (TensorType.Float16, sink => WriteBlocks(sink, column, column.Float16Block, dim)),
            RowType.Int8 => (TensorType.Int8, sink => WriteBlocks(sink, column, column.Int8Block, dim)),
            _ => (TensorType.BFloat16, sink => WriteBlocks(sink, column, column.BFloat16Block, dim)),
        };
        return new TensorSource(
            ModelNames.Rows(column.Schema.Name), type, ImmutableArray.Create(CountOf(column), column.Schema.Dim), write)
        {
            AlignmentBytes = PageBytes,
        };
    }

    private long CountOf(EmbeddingColumn column) => rows?.View.Count ?? column.Rows;

    private void WriteBlocks<T>(TensorSink sink, EmbeddingColumn column, Func<int, NativeSlice<T>> blockOf, int stride)
        where T : unmanaged
    {
        if (rows is not null)
        {
            foreach ((int block, int first, int count) in rows.Runs())
            {
                sink.Write(blockOf(block).Slice((long)first * stride, (long)count * stride));
            }

            return;
        }

        for (int block = 0; block < column.BlockCount; block++)
        {
            sink.Write(blockOf(block));
        }
    }
}

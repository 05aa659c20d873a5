using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Linr.Cuda;
using Linr.Index;
using Linr.Kernels;

namespace Linr.Bench.Device;

/// <summary>Makes items of random rows of halves; ids are their numbers.</summary>
internal static class EngineItems
{
    /// <summary>The name of their embedding.</summary>
    public const string Embedding = "main";

    private const int PieceRows = 1 << 18;

    /// <summary>Makes them.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="copy">How they are stored a second time; null for not.</param>
    public static ItemTable Of(RandomRows rows, RowType? copy = null)
    {
        CudaEmbedding embedding = rows.Table.Embeddings[0];
        int dim = embedding.Dim;
        using var builder = new ItemTableBuilder(new Schema
        {
            IdKind = IdKind.Integer,
            Embeddings = [new EmbeddingSchema(Embedding, dim, Metric.Dot, RowType.Float16, Copy: copy)],
        });
        using var stream = new CudaStream(rows.Table.Context, "rows to the host");
        long piece = Math.Min(PieceRows, rows.Table.RowCount);
        var bytes = new byte[piece * embedding.RowBytes];
        var values = new float[piece * dim];
        var ids = new long[piece];
        for (long first = 0; first < rows.Table.RowCount; first += piece)
        {
            int count = (int)Math.Min(piece, rows.Table.RowCount - first);
            stream.Download(
                rows.Rows.Slice(first * embedding.RowBytes, count * (long)embedding.RowBytes),
                bytes.AsSpan(0, count * embedding.RowBytes));
            Parallel.For(0, count, row =>
            {
                ids[row] = first + row;
                TensorPrimitives.ConvertToSingle(
                    MemoryMarshal.Cast<byte, Half>(bytes.AsSpan(row * embedding.RowBytes, dim * sizeof(ushort))),
                    values.AsSpan(row * dim, dim));
            });
            builder.AppendIds(ids.AsSpan(0, count));
            builder.SetEmbeddings(Embedding, (uint)first, values.AsSpan(0, count * dim));
        }

        return builder.Build();
    }
}

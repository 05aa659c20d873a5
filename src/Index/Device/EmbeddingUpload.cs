using System.Numerics.Tensors;
using Linr.Cuda;
using Linr.Index.Embeddings;
using Linr.Kernels;

namespace Linr.Index.Device;

/// <summary>Sends an embedding's rows, padded, their scales if any, and its norms where scores need them.</summary>
internal static class EmbeddingUpload
{
    public static CudaEmbedding Send(
        EmbeddingColumn column,
        RowShard shard,
        DeviceSlice<byte> rows,
        DeviceSlice<Half> scales,
        DeviceSlice<float> norms,
        StagedUpload upload)
    {
        EmbeddingSchema schema = column.Schema;
        int rowBytes = DeviceLayout.RowBytesOf(schema);
        upload.Send(shard, 1, rows, rowBytes, (block, first, to) => CopyRows(column, block, first, to, rowBytes));
        if (!norms.IsEmpty)
        {
            upload.Send(shard, 1, norms, 1, (block, first, to)
                => column.NormBlock(block).Slice(first, to.Length).Span.CopyTo(to));
        }

        float scaleMax = 0;
        if (!scales.IsEmpty)
        {
            upload.Send(shard, 1, scales, 1, (block, first, to) =>
            {
                column.ScaleBlock(block).Slice(first, to.Length).Span.CopyTo(to);
                scaleMax = Math.Max(scaleMax, (float)TensorPrimitives.Max<Half>(to));
            });
        }

        float normMax = 0;
        for (int block = 0; block < shard.BlockCount; block++)
        {
            normMax = Math.Max(normMax, column.Block(shard.FirstBlock + block).NormMax);
        }

        CudaEmbedding embedding = DeviceLayout.Describe(schema);
        return embedding with
        {
            Rows = rows,
            Scales = scales,
            ScaleMax = scaleMax > 0 ? scaleMax : float.PositiveInfinity,
            Norms = norms,
            NormMax = schema.Metric == Metric.Cosine ? embedding.NormMax : normMax,
        };
    }

    private static void CopyRows(EmbeddingColumn column, int block, int first, Span<byte> to, int rowBytes)
    {
        ReadOnlySpan<byte> from = column.RowBytes(block, first, to.Length / rowBytes);
        int hostBytes = from.Length / (to.Length / rowBytes);
        if (hostBytes == rowBytes)
        {
            from.CopyTo(to);
            return;
        }

        for (; to.Length > 0; to = to[rowBytes..], from = from[hostBytes..])
        {
            from[..hostBytes].CopyTo(to);
            to[hostBytes..rowBytes].Clear();
        }
    }
}

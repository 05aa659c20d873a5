using System.Runtime.InteropServices;
using Linr.Cuda;
using Linr.Index.Embeddings;
using Linr.Kernels;

namespace Linr.Index.Device;

/// <summary>Sends what a device has of a row besides attributes: embeddings, codes, copies, and its place in the order.</summary>
internal static class DeviceRows
{
    /// <summary>Adds the patches of a row that was filled on the host.</summary>
    /// <param name="items">The host's table.</param>
    /// <param name="layout">What the device has.</param>
    /// <param name="table">The arrays.</param>
    /// <param name="row">The row, of the table.</param>
    /// <param name="on">The row, of the shard.</param>
    /// <param name="patches">Where to.</param>
    /// <returns>The arrays, with bounds that hold for the row too.</returns>
    public static CudaTable Patch(
        ItemTable items, DeviceLayout layout, CudaTable table, uint row, uint on, TablePatches patches)
    {
        for (int number = 0; number < items.Embeddings.Count; number++)
        {
            EmbeddingColumn column = items.Embeddings[number];
            if (layout.Embeddings[number].RowType != RowType.None)
            {
                table = PatchRow(column, table, number, row, on, patches);
            }

            if (column.Codes is { } codes)
            {
                ReadOnlySpan<ulong> words = codes.Read(row);
                DeviceSlice<ulong> to = table.Embeddings[layout.CodesNumber(number)].Rows.Cast<ulong>();
                MemoryMarshal.AsBytes(words)
                    .CopyTo(patches.Add(to.Slice((long)on * words.Length, words.Length).Cast<byte>()));
            }

            if (column.Copy is { } copy)
            {
                table = PatchRow(copy.Column, table, layout.CopyNumber(number), row, on, patches);
            }
        }

        long key = items.Ids.Key(row);
        patches.Add(table.Order.Numbers.Slice(on, 1), key);
        return key >= table.Order.Least && key <= table.Order.Largest ? table : table with
        {
            Order = table.Order with
            {
                Least = Math.Min(key, table.Order.Least), Largest = Math.Max(key, table.Order.Largest),
            },
        };
    }

    private static CudaTable PatchRow(
        EmbeddingColumn column, CudaTable table, int number, uint row, uint on, TablePatches patches)
    {
        CudaEmbedding embedding = table.Embeddings[number];
        (int block, int within) = ((int)(row / Limits.BlockRows), (int)(row % Limits.BlockRows));
        ReadOnlySpan<byte> from = column.RowBytes(block, within, 1);
        Span<byte> to = patches.Add(embedding.Rows.Slice((long)on * embedding.RowBytes, embedding.RowBytes));
        from.CopyTo(to);
        to[from.Length..].Clear();
        float normMax = embedding.NormMax;
        float scaleMax = embedding.ScaleMax;
        if (!embedding.Norms.IsEmpty)
        {
            patches.Add(embedding.Norms.Slice(on, 1), column.NormBlock(block)[within]);
        }

        if (column.Schema.Metric != Metric.Cosine)
        {
            normMax = Math.Max(normMax, column.Block(block).NormMax);
        }

        if (!embedding.Scales.IsEmpty)
        {
            Half scale = column.ScaleBlock(block)[within];
            patches.Add(embedding.Scales.Slice(on, 1), scale);
            scaleMax = Math.Max(scaleMax, (float)scale);
        }

        return normMax == embedding.NormMax && scaleMax == embedding.ScaleMax ? table : table with
        {
            Embeddings = table.Embeddings.SetItem(number, embedding with { NormMax = normMax, ScaleMax = scaleMax }),
        };
    }
}

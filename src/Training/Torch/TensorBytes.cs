using System.Collections.Immutable;
using Linr.Memory;
using Linr.ModelFile;
using TorchSharp;

namespace Linr.Training.Torch;

/// <summary>Float tensors to a file's tensors and back.</summary>
internal static class TensorBytes
{
    private const int ChunkElements = 1 << 22;

    /// <summary>A tensor to write, read from Torch piece by piece.</summary>
    public static TensorSource Source(string name, torch.Tensor value)
        => new(name, TensorType.Float32, [.. value.shape], sink => Write(sink, value));

    /// <summary>A table to write with its rows in another order: row r of the file is row order[r].</summary>
    public static TensorSource Source(string name, torch.Tensor table, int[] order)
        => new(name, TensorType.Float32, ImmutableArray.Create(order.Length, table.shape[1]), sink =>
        {
            int rows = Math.Max(1, ChunkElements / (int)table.shape[1]);
            for (int start = 0; start < order.Length; start += rows)
            {
                using DisposeScope scope = torch.NewDisposeScope();
                long[] part = Array.ConvertAll(order[start..Math.Min(order.Length, start + rows)], row => (long)row);
                Write(sink, table.index_select(0, torch.tensor(part, device: table.device)));
            }
        });

    /// <summary>Copies a file's tensor into one of the same shape.</summary>
    public static void Read(NativeSlice<float> source, torch.Tensor destination)
    {
        using torch.Tensor flat = destination.view(-1);
        for (long start = 0; start < source.Length; start += ChunkElements)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            long count = Math.Min(ChunkElements, source.Length - start);
            flat.narrow(0, start, count).copy_(torch.tensor(source.Slice(start, count).Span.ToArray()));
        }
    }

    private static void Write(TensorSink sink, torch.Tensor value)
    {
        using torch.Tensor flat = value.contiguous().view(-1);
        long total = flat.shape[0];
        for (long start = 0; start < total; start += ChunkElements)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            torch.Tensor part = flat.narrow(0, start, Math.Min(ChunkElements, total - start)).cpu().contiguous();
            sink.Write<float>(part.data<float>().ToArray());
        }
    }
}

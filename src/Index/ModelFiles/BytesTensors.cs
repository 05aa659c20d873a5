using Linr.Memory;
using Linr.ModelFile;

namespace Linr.Index.ModelFiles;

/// <summary>Byte strings as two tensors, offsets and bytes, and back.</summary>
internal static class BytesTensors
{
    /// <summary>The tensors of byte strings, which must live until they are written.</summary>
    public static IEnumerable<TensorSource> Of(BytesStore values, string offsetsName, string bytesName) =>
    [
        new(offsetsName, TensorType.Int64, [values.Count + 1], sink => WriteOffsets(sink, values)),
        new(bytesName, TensorType.UInt8, [values.ContentBytes], sink => WriteBytes(sink, values)),
    ];

    /// <summary>The byte strings of a file, mapped.</summary>
    /// <param name="file">The file.</param>
    /// <param name="offsetsName">The tensor of offsets, I64 [count + 1].</param>
    /// <param name="bytesName">The tensor of bytes, U8.</param>
    /// <param name="rows">How many there must be; null is any number up to the limit.</param>
    /// <param name="bytesMin">The shortest that a string may be.</param>
    /// <param name="bytesMax">The longest that a string may be.</param>
    /// <exception cref="ModelFormatException">
    /// A tensor is missing or of another shape, or the offsets do not fit.
    /// </exception>
    public static BytesStore Read(
        TensorFile file, string offsetsName, string bytesName, long? rows, int bytesMin, int bytesMax)
    {
        long count = rows ?? (file.Find(offsetsName) is { Shape: [long length] } ? length - 1 : 0);
        NativeSlice<long> offsets = file.Require<long>(offsetsName, TensorType.Int64, Math.Max(0, count) + 1);
        NativeSlice<byte> bytes = file.Require<byte>(
            bytesName, TensorType.UInt8, file.Find(bytesName) is { Shape: [long size] } ? size : 0);
        OffsetCheck.ThrowIfWrong(file, offsetsName, offsets, bytes.Length, bytesMin, bytesMax);
        return count <= Limits.RowsMax
            ? BytesStore.Map(offsets, bytes)
            : throw file.Error(file.Find(offsetsName)!, 0, $"at most {Limits.RowsMax} strings", $"{count}");
    }

    private static void WriteOffsets(TensorSink sink, BytesStore values)
    {
        Span<long> ends = stackalloc long[512];
        long end = 0;
        int filled = 1;
        ends[0] = 0;
        for (long position = 0; position < values.Count; position++)
        {
            if (filled == ends.Length)
            {
                sink.Write<long>(ends);
                filled = 0;
            }

            end += values.Read(position).Length;
            ends[filled++] = end;
        }

        sink.Write<long>(ends[..filled]);
    }

    private static void WriteBytes(TensorSink sink, BytesStore values)
    {
        for (int block = 0; block < values.BlockCount; block++)
        {
            sink.Write(values.BlockBytes(block));
        }
    }
}

using Linr.Memory;
using System.IO.Hashing;

namespace Linr.ModelFile;

/// <summary>XXH3-64 of the blocks of a file's tensors.</summary>
internal static class Checksums
{
    /// <summary>Bytes that one checksum covers; a tensor's last block may be shorter.</summary>
    public const int BlockBytes = 16 * 1024 * 1024;

    /// <summary>Blocks of a tensor of so many bytes.</summary>
    public static long BlockCount(long bytes) => (bytes + BlockBytes - 1) / BlockBytes;

    /// <summary>Checksums of a file with these tensors: one of the header and one a block.</summary>
    public static long Count(IEnumerable<TensorInfo> tensors)
        => 1 + tensors.Where(tensor => tensor.Name != TensorNames.Checksums).Sum(tensor => BlockCount(tensor.Bytes));

    /// <summary>The checksum of some bytes.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes) => XxHash3.HashToUInt64(bytes);

    /// <summary>Block <paramref name="block"/> of a tensor.</summary>
    public static NativeSlice<byte> Block(NativeSlice<byte> file, TensorInfo tensor, long block)
    {
        long start = block * BlockBytes;
        return file.Slice(tensor.Start + start, Math.Min(BlockBytes, tensor.Bytes - start));
    }
}

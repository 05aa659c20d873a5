using System.IO.Hashing;
using System.Runtime.InteropServices;
using Linr.Memory;

namespace Linr.ModelFile;

/// <summary>Takes the data of one tensor on their way to the file, with a checksum of every 16 MiB.</summary>
public sealed class TensorSink
{
    private const int PieceBytes = 1024 * 1024;

    private readonly Stream _stream;
    private readonly List<ulong> _checksums;
    private readonly XxHash3 _hash = new();

    internal TensorSink(Stream stream, List<ulong> checksums)
    {
        _stream = stream;
        _checksums = checksums;
    }

    /// <summary>Bytes written so far.</summary>
    internal long Bytes { get; private set; }

    /// <summary>Writes the next elements.</summary>
    public void Write<T>(ReadOnlySpan<T> elements)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(elements);
        while (bytes.Length > 0)
        {
            int count = (int)Math.Min(bytes.Length, Checksums.BlockBytes - (Bytes % Checksums.BlockBytes));
            _stream.Write(bytes[..count]);
            _hash.Append(bytes[..count]);
            Bytes += count;
            if (Bytes % Checksums.BlockBytes == 0)
            {
                CloseBlock();
            }

            bytes = bytes[count..];
        }
    }

    /// <summary>Writes the next elements.</summary>
    public void Write<T>(NativeSlice<T> elements)
        where T : unmanaged
    {
        NativeSlice<byte> bytes = elements.Cast<byte>();
        for (long start = 0; start < bytes.Length; start += PieceBytes)
        {
            Write(bytes.Slice(start, Math.Min(PieceBytes, bytes.Length - start)).Span);
        }
    }

    /// <summary>Ends the tensor.</summary>
    internal void Close()
    {
        if (Bytes % Checksums.BlockBytes != 0)
        {
            CloseBlock();
        }
    }

    private void CloseBlock()
    {
        _checksums.Add(_hash.GetCurrentHashAsUInt64());
        _hash.Reset();
    }
}

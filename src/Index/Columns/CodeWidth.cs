using Linr.Kernels.Filter;
using Linr.Memory;

namespace Linr.Index.Columns;

/// <summary>Stores codes in one, two or four bytes each, as few as the highest needs.</summary>
internal static class CodeWidth
{
    private const int ChunkCodes = 65_536;

    /// <summary>The element that codes up to <paramref name="highest"/> need.</summary>
    public static ColumnElement For(uint highest) => highest switch
    {
        <= byte.MaxValue => ColumnElement.Code8,
        <= ushort.MaxValue => ColumnElement.Code16,
        _ => ColumnElement.Code32,
    };

    /// <summary>
    /// Moves four-byte codes to the narrowest buffer; <paramref name="wide"/> is disposed or returned.
    /// </summary>
    public static (NativeBuffer Codes, ColumnElement Element) Narrow(NativeBuffer wide)
    {
        NativeSlice<uint> codes = wide.Slice<uint>();
        uint highest = 0;
        for (long start = 0; start < codes.Length; start += ChunkCodes)
        {
            foreach (uint code in Chunk(codes, start))
            {
                highest = Math.Max(highest, code);
            }
        }

        ColumnElement element = For(highest);
        if (element == ColumnElement.Code32)
        {
            return (wide, element);
        }

        var narrow = new NativeBuffer(codes.Length * (element == ColumnElement.Code8 ? sizeof(byte) : sizeof(ushort)));
        for (long start = 0; start < codes.Length; start += ChunkCodes)
        {
            ReadOnlySpan<uint> chunk = Chunk(codes, start);
            if (element == ColumnElement.Code8)
            {
                Narrow(chunk, narrow.Span<byte>(start, chunk.Length));
            }
            else
            {
                Narrow(chunk, narrow.Span<ushort>(start, chunk.Length));
            }
        }

        wide.Dispose();
        return (narrow, element);
    }

    private static ReadOnlySpan<uint> Chunk(NativeSlice<uint> codes, long start)
        => codes.Slice(start, Math.Min(ChunkCodes, codes.Length - start)).Span;

    private static void Narrow(ReadOnlySpan<uint> codes, Span<byte> narrow)
    {
        for (int i = 0; i < codes.Length; i++)
        {
            narrow[i] = (byte)codes[i];
        }
    }

    private static void Narrow(ReadOnlySpan<uint> codes, Span<ushort> narrow)
    {
        for (int i = 0; i < codes.Length; i++)
        {
            narrow[i] = (ushort)codes[i];
        }
    }
}

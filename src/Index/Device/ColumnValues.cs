using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Linr.Kernels.Filter;
using Linr.Memory;

namespace Linr.Index.Device;

/// <summary>Values of a block as elements of a device's width: wider codes, or narrower ones that all fit.</summary>
internal static class ColumnValues
{
    /// <summary>Copies elements of a block, from one on.</summary>
    /// <param name="block">The block.</param>
    /// <param name="first">The first element.</param>
    /// <param name="element">What they are to be.</param>
    /// <param name="to">Whole elements.</param>
    public static void Copy(in ColumnBlock block, long first, ColumnElement element, Span<byte> to)
    {
        int count = to.Length / CudaFilterColumn.ElementBytes(element);
        int hostBytes = CudaFilterColumn.ElementBytes(block.Element);
        ReadOnlySpan<byte> from = new NativeSlice<byte>(block.Values, block.ValueCount * hostBytes)
            .Slice(first * hostBytes, (long)count * hostBytes).Span;
        if (block.Element == element)
        {
            from.CopyTo(to);
            return;
        }

        switch (element)
        {
            case ColumnElement.Code8:
                Copy(block.Element, from, to);
                break;
            case ColumnElement.Code16:
                Copy(block.Element, from, MemoryMarshal.Cast<byte, ushort>(to));
                break;
            default:
                Copy(block.Element, from, MemoryMarshal.Cast<byte, uint>(to));
                break;
        }
    }

    /// <summary>Where the values of a row are in a block's heap, and how many.</summary>
    public static (long Start, int Count) RunOf(in ColumnBlock block, int within)
        => (new NativeSlice<uint>(block.Starts, within + 1)[within],
            (int)new NativeSlice<uint>(block.Counts, within + 1)[within]);

    private static void Copy<T>(ColumnElement element, ReadOnlySpan<byte> from, Span<T> to)
        where T : unmanaged, INumberBase<T>
    {
        switch (element)
        {
            case ColumnElement.Code8:
                TensorPrimitives.ConvertTruncating(from, to);
                break;
            case ColumnElement.Code16:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, ushort>(from), to);
                break;
            default:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, uint>(from), to);
                break;
        }
    }
}

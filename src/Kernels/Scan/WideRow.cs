using System.Numerics.Tensors;

namespace Linr.Kernels.Scan;

/// <summary>A stored row of any element as floats.</summary>
internal static unsafe class WideRow
{
    /// <summary>Widens a row.</summary>
    /// <param name="element">How it is stored.</param>
    /// <param name="row">Its first byte.</param>
    /// <param name="scale">Its scale; read for int8 only.</param>
    /// <param name="dim">Its components.</param>
    /// <param name="to">Room for as many floats.</param>
    public static void Widen(RowElement element, byte* row, Half* scale, int dim, float* to)
    {
        Span<float> floats = new(to, dim);
        switch (element)
        {
            case RowElement.Float32:
                new ReadOnlySpan<float>(row, dim).CopyTo(floats);
                break;
            case RowElement.Float16:
                TensorPrimitives.ConvertToSingle(new ReadOnlySpan<Half>(row, dim), floats);
                break;
            case RowElement.Int8:
                Int8Rows.Widen((sbyte*)row, (float)*scale, dim, to);
                break;
            default:
                BFloats.Widen(new ReadOnlySpan<ushort>(row, dim), floats);
                break;
        }
    }
}

using System.Numerics;
using System.Numerics.Tensors;
using Linr.Index.Columns;
using Linr.Kernels.Filter;
using Linr.Memory;
using Linr.ModelFile;

namespace Linr.Index.ModelFiles;

/// <summary>Keyword codes as a tensor: all of one width, however wide the blocks in memory are.</summary>
internal static class CodeTensor
{
    private const int ChunkCodes = 4_096;

    /// <summary>The type of a tensor of codes.</summary>
    public static TensorType TypeOf(ColumnElement element) => element switch
    {
        ColumnElement.Code8 => TensorType.UInt8,
        ColumnElement.Code16 => TensorType.UInt16,
        _ => TensorType.UInt32,
    };

    /// <summary>
    /// Writes the codes of a column: one a row, 0 where missing; or all values of a multi-valued one.
    /// </summary>
    public static void Write(TensorSink sink, ValueColumn column, TensorType type)
    {
        switch (type)
        {
            case TensorType.UInt8:
                Write<byte>(sink, column);
                break;
            case TensorType.UInt16:
                Write<ushort>(sink, column);
                break;
            default:
                Write<uint>(sink, column);
                break;
        }
    }

    /// <summary>Refuses a code that the dictionary does not have.</summary>
    /// <param name="file">The file.</param>
    /// <param name="tensor">The tensor of codes.</param>
    /// <param name="lowest">The lowest code allowed.</param>
    /// <param name="highest">The highest code allowed.</param>
    /// <exception cref="ModelFormatException">A code is outside.</exception>
    public static void Check(TensorFile file, TensorInfo tensor, uint lowest, uint highest)
    {
        switch (tensor.Type)
        {
            case TensorType.UInt8:
                Check<byte>(file, tensor, lowest, highest);
                break;
            case TensorType.UInt16:
                Check<ushort>(file, tensor, lowest, highest);
                break;
            default:
                Check<uint>(file, tensor, lowest, highest);
                break;
        }
    }

    private static void Write<T>(TensorSink sink, ValueColumn column)
        where T : unmanaged, INumber<T>
    {
        Span<T> chunk = stackalloc T[ChunkCodes];
        int filled = 0;
        for (long row = 0; row < column.Rows; row++)
        {
            int count = column.Field.MultiValued ? column.CountOf((uint)row) : 1;
            for (int i = 0; i < count; i++)
            {
                chunk[filled++] = T.CreateChecked(column.StoredCode((uint)row, i));
                if (filled == ChunkCodes)
                {
                    sink.Write<T>(chunk);
                    filled = 0;
                }
            }
        }

        sink.Write<T>(chunk[..filled]);
    }

    private static void Check<T>(TensorFile file, TensorInfo tensor, uint lowest, uint highest)
        where T : unmanaged, INumber<T>
    {
        NativeSlice<T> codes = file.Slice<T>(tensor);
        for (long start = 0; start < codes.Length; start += ChunkCodes)
        {
            ReadOnlySpan<T> chunk = codes.Slice(start, Math.Min(ChunkCodes, codes.Length - start)).Span;
            int wrong = uint.CreateChecked(TensorPrimitives.Max(chunk)) > highest ? TensorPrimitives.IndexOfMax(chunk)
                : uint.CreateChecked(TensorPrimitives.Min(chunk)) < lowest ? TensorPrimitives.IndexOfMin(chunk) : -1;
            if (wrong >= 0)
            {
                throw file.Error(
                    tensor,
                    (start + wrong) * tensor.Type.ElementBytes(),
                    $"a code of {lowest} to {highest}",
                    $"{chunk[wrong]}");
            }
        }
    }
}

using System.Buffers.Binary;

namespace Linr.Formats;

/// <summary>Where the rows of a matrix file are.</summary>
/// <param name="Element">How its numbers are kept.</param>
/// <param name="Rows">How many rows.</param>
/// <param name="Dim">Numbers a row.</param>
/// <param name="Start">Bytes before the first row.</param>
/// <param name="PrefixBytes">Bytes before the numbers of each row: 4 where each row repeats the dim.</param>
internal readonly record struct MatrixLayout(MatrixElement Element, long Rows, int Dim, long Start, int PrefixBytes)
{
    /// <summary>Bytes of one number.</summary>
    public int ElementBytes => Element switch
    {
        MatrixElement.Float16 => 2,
        MatrixElement.Float64 => 8,
        MatrixElement.Byte => 1,
        _ => 4,
    };

    /// <summary>Bytes of one row, its prefix included.</summary>
    public int RowBytes => PrefixBytes + (Dim * ElementBytes);

    /// <summary>Finds the layout of a file from its first bytes and its length.</summary>
    /// <exception cref="DataFormatException">The file is not of the format, or is cut short.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static MatrixLayout Read(string path, DataFormat format)
    {
        using FileStream stream = File.OpenRead(path);
        MatrixLayout layout = format == DataFormat.Npy ? NpyHeader.Read(path, stream) : ReadVecs(path, stream, format);
        if (layout.Dim is < 1 or > Limits.DimMax)
        {
            throw DataFormatException.OfFile(path, $"rows of 1 to {Limits.DimMax} numbers", $"{layout.Dim}");
        }

        long expected = layout.Start + (layout.Rows * layout.RowBytes);
        return expected == stream.Length
            ? layout
            : throw DataFormatException.OfFile(
                path, $"{layout.Rows} rows of {layout.RowBytes} bytes, {expected} bytes in all", $"{stream.Length}");
    }

    private static MatrixLayout ReadVecs(string path, FileStream stream, DataFormat format)
    {
        Span<byte> first = stackalloc byte[sizeof(int)];
        if (stream.ReadAtLeast(first, first.Length, throwOnEndOfStream: false) < first.Length)
        {
            throw DataFormatException.OfFile(path, "at least one row", $"{stream.Length} bytes");
        }

        MatrixElement element = format switch
        {
            DataFormat.Fvecs => MatrixElement.Float32,
            DataFormat.Bvecs => MatrixElement.Byte,
            _ => MatrixElement.Int32,
        };
        int dim = BinaryPrimitives.ReadInt32LittleEndian(first);
        var layout = new MatrixLayout(element, 0, dim, 0, sizeof(int));
        return dim is < 1 or > Limits.DimMax
            ? layout
            : layout with { Rows = (stream.Length + layout.RowBytes - 1) / layout.RowBytes };
    }
}

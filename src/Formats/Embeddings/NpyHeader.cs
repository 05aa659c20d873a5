using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Linr.Formats;

/// <summary>
/// The header of a <c>.npy</c> file, versions 1.0 to 3.0: a magic, a length, a Python dictionary as text.
/// </summary>
internal static partial class NpyHeader
{
    private const int HeaderBytesMax = 1 << 20;

    /// <summary>
    /// Bytes of a header that Linr writes: a multiple of 64, as NumPy wants, with room for any shape.
    /// </summary>
    public const int WrittenBytes = 128;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads a header from the start of a stream.</summary>
    /// <exception cref="DataFormatException">
    /// It is none, or describes an array that is not rows x dim of floats.
    /// </exception>
    public static MatrixLayout Read(string path, Stream stream)
    {
        Span<byte> fixedPart = stackalloc byte[12];
        int got = stream.ReadAtLeast(fixedPart, fixedPart.Length, throwOnEndOfStream: false);
        if (got < fixedPart.Length || !fixedPart.StartsWith(Magic) || fixedPart[6] is < 1 or > 3)
        {
            throw DataFormatException.OfFile(path, "a .npy file of version 1 to 3", "another beginning");
        }

        bool isFirst = fixedPart[6] == 1;
        int start = isFirst ? 10 : 12;
        long length = isFirst
            ? BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[8..])
            : BinaryPrimitives.ReadUInt32LittleEndian(fixedPart[8..]);
        if (length > HeaderBytesMax || start + length > stream.Length)
        {
            throw DataFormatException.OfFile(
                path, $"a header within the file, at most {HeaderBytesMax} bytes", $"{length}");
        }

        stream.Position = start;
        var bytes = new byte[(int)length];
        stream.ReadExactly(bytes);
        string header = (fixedPart[6] == 3 ? Encoding.UTF8 : Encoding.Latin1).GetString(bytes).Trim();
        return Parse(path, header, start + length);
    }

    /// <summary>Writes a version 1.0 header of <see cref="WrittenBytes"/> bytes, whatever the shape.</summary>
    public static void Write(Stream stream, long rows, int dim)
    {
        const int fixedBytes = 10;
        const int textBytes = WrittenBytes - fixedBytes;
        string text = string.Create(
            CultureInfo.InvariantCulture, $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {dim}), }}");
        Span<byte> header = stackalloc byte[WrittenBytes];
        Magic.CopyTo(header);
        header[6] = 1;
        header[7] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], textBytes);
        _ = Encoding.ASCII.GetBytes(text.PadRight(textBytes - 1) + "\n", header[fixedBytes..]);
        stream.Write(header);
    }

    private static MatrixLayout Parse(string path, string header, long start)
    {
        Match descr = Descr().Match(header);
        Match order = Order().Match(header);
        Match shape = Shape().Match(header);
        if (!descr.Success || !order.Success || !shape.Success)
        {
            throw DataFormatException.OfFile(
                path, "a header with descr, fortran_order and shape (rows, dim)", DataFormatException.Quote(header));
        }

        if (order.Groups[1].Value != "False")
        {
            throw DataFormatException.OfFile(path, "rows one after the other (C order)", "fortran_order True");
        }

        MatrixElement element = descr.Groups[1].Value switch
        {
            "<f2" => MatrixElement.Float16,
            "<f4" => MatrixElement.Float32,
            "<f8" => MatrixElement.Float64,
            string other => throw DataFormatException.OfFile(path, "'<f2', '<f4' or '<f8'", $"'{other}'"),
        };
        return long.TryParse(shape.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out long rows)
            && int.TryParse(shape.Groups[2].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int dim)
            && rows <= long.MaxValue / (8L * Limits.DimMax) / 2
            ? new MatrixLayout(element, rows, dim, start, 0)
            : throw DataFormatException.OfFile(path, "a shape of two numbers that fit", shape.Value);
    }

    [GeneratedRegex("'descr'\\s*:\\s*'([^']*)'", RegexOptions.CultureInvariant)]
    private static partial Regex Descr();

    [GeneratedRegex("'fortran_order'\\s*:\\s*(True|False)", RegexOptions.CultureInvariant)]
    private static partial Regex Order();

    [GeneratedRegex("'shape'\\s*:\\s*\\(\\s*(\\d+)L?\\s*,\\s*(\\d+)L?\\s*,?\\s*\\)", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}

using System.Runtime.InteropServices;
using Linr.Cuda;

namespace Linr.Kernels.Filter;

/// <summary>
/// One column in device memory as the kernel reads it: addresses of arrays by row, which the caller owns. The arrays
/// have whole words of 64 rows; what lies past the last row is read by nobody's answer. The default has no values.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct CudaFilterColumn
{
    /// <summary>The low bits of a run that have the count; as many as values that an item may have need.</summary>
    internal const int RunCountBits = 16;

    private const int WordRows = 64;
    private const int LoadBytes = 16;

    private readonly ulong _values;
    private readonly ulong _present;
    private readonly ulong _runs;
    private readonly ulong _element;

    private CudaFilterColumn(ColumnElement element, ulong values, ulong present, ulong runs)
    {
        _element = (ulong)element;
        _values = values;
        _present = present;
        _runs = runs;
    }

    /// <summary>The address of a column's codes by row.</summary>
    /// <exception cref="ArgumentException">It has none, or several a row.</exception>
    internal ulong SingleCodes(out int codeBytes)
    {
        var element = (ColumnElement)_element;
        codeBytes = ElementBytes(element);
        bool isCode = element is ColumnElement.Code8 or ColumnElement.Code16 or ColumnElement.Code32;
        return isCode && _runs == 0 && _values != 0
            ? _values
            : throw new ArgumentException($"Expected a column of one code a row, found {element}.");
    }

    /// <summary>Bytes of an element.</summary>
    public static int ElementBytes(ColumnElement element) => element switch
    {
        ColumnElement.Code16 => sizeof(ushort),
        ColumnElement.Code32 => sizeof(uint),
        ColumnElement.Int64 or ColumnElement.Float64 => sizeof(ulong),
        _ => sizeof(byte),
    };

    /// <summary>
    /// A row's values in a heap: the <paramref name="count"/> elements from <paramref name="start"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="start"/> has more than 48 bits, <paramref name="count"/> more than 16.
    /// </exception>
    public static ulong Run(long start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, long.MaxValue >> (RunCountBits - 1));
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, (1 << RunCountBits) - 1);
        return ((ulong)start << RunCountBits) | (uint)count;
    }

    /// <summary>A column of one value a row at most.</summary>
    /// <param name="element">What the elements are.</param>
    /// <param name="values">[row]; its address is a multiple of 16.</param>
    /// <param name="present">A bit a row that has a value; empty where every row has one, and for codes.</param>
    /// <exception cref="ArgumentException">Lengths or addresses do not fit.</exception>
    public static CudaFilterColumn SingleValued(
        ColumnElement element, DeviceSlice<byte> values, DeviceSlice<ulong> present)
    {
        int bytes = ElementBytes(element);
        if (values.Length % (WordRows * bytes) != 0 || values.Address % LoadBytes != 0
            || (!present.IsEmpty && present.Length < values.Length / bytes / WordRows))
        {
            throw new ArgumentException(
                $"Expected whole words of {WordRows} elements of {bytes} bytes, aligned to {LoadBytes} bytes, and a "
                + $"bit for each or none; found {values.Length} bytes at 0x{values.Address:x}, "
                + $"{present.Length} words.");
        }

        return new CudaFilterColumn(
            element, values.IsEmpty ? 0 : values.Address, present.IsEmpty ? 0 : present.Address, 0);
    }

    /// <summary>A column of any number of values a row.</summary>
    /// <param name="element">What the elements are; no code is 0.</param>
    /// <param name="heap">The values of all rows, in any order, with gaps or without.</param>
    /// <param name="runs">[row], of <see cref="Run"/>; its address is a multiple of 16.</param>
    /// <exception cref="ArgumentException">Lengths or addresses do not fit.</exception>
    public static CudaFilterColumn MultiValued(
        ColumnElement element, DeviceSlice<byte> heap, DeviceSlice<ulong> runs)
    {
        int bytes = ElementBytes(element);
        if (runs.IsEmpty || runs.Length % WordRows != 0 || runs.Address % LoadBytes != 0
            || heap.Length % bytes != 0 || heap.Address % (ulong)bytes != 0)
        {
            throw new ArgumentException(
                $"Expected whole words of {WordRows} runs, aligned to {LoadBytes} bytes, and aligned elements of "
                + $"{bytes} bytes; found {runs.Length} runs at 0x{runs.Address:x}, {heap.Length} bytes at "
                + $"0x{heap.Address:x}.");
        }

        return new CudaFilterColumn(element, heap.IsEmpty ? 0 : heap.Address, 0, runs.Address);
    }
}

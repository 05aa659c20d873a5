using Apache.Arrow;
using Apache.Arrow.Types;
using Linr.Formats.Rows;

namespace Linr.Formats.Columnar;

/// <summary>Cells from Arrow arrays.</summary>
internal static class ArrowCells
{
    private const long MicrosecondsPerDay = 86_400_000_000;

    /// <summary>The value at a place of an array; false when its type is none that Linr reads.</summary>
    public static bool TryRead(IArrowArray array, int place, out Cell cell)
    {
        cell = default;
        if (array.IsNull(place))
        {
            return true;
        }

        switch (array)
        {
            case DictionaryArray values:
                return ArrowCells.TryRead(values.Indices, place, out Cell code)
                    && TryRead(values.Dictionary, (int)code.Integer, out cell);
            case StringArray values:
                cell = Cell.OfUtf8(CellKind.Text, values.GetBytes(place, out _));
                return true;
            case LargeStringArray values:
                cell = Cell.OfUtf8(CellKind.Text, values.GetBytes(place, out _));
                return true;
            case StringViewArray values:
                cell = Cell.OfUtf8(CellKind.Text, values.GetBytes(place, out _));
                return true;
            case BinaryArray values:
                cell = Cell.OfUtf8(CellKind.Bytes, values.GetBytes(place, out _));
                return true;
            case BooleanArray values:
                cell = Cell.OfBoolean(values.GetValue(place)!.Value);
                return true;
            default:
                return TryReadNumber(array, place, out cell) || TryReadDate(array, place, out cell);
        }
    }

    private static bool TryReadNumber(IArrowArray array, int place, out Cell cell)
    {
        long? integer = array switch
        {
            Int8Array values => values.Values[place],
            UInt8Array values => values.Values[place],
            Int16Array values => values.Values[place],
            UInt16Array values => values.Values[place],
            Int32Array values => values.Values[place],
            UInt32Array values => values.Values[place],
            Int64Array values => values.Values[place],
            UInt64Array values when values.Values[place] <= long.MaxValue => (long)values.Values[place],
            _ => null,
        };
        double? number = array switch
        {
            HalfFloatArray values => (double)values.Values[place],
            FloatArray values => values.Values[place],
            DoubleArray values => values.Values[place],
            UInt64Array values => values.Values[place],
            _ => null,
        };
        cell = integer is not null ? Cell.OfInteger(integer.Value)
            : number is not null ? Cell.OfFloat(number.Value)
            : default;
        return integer is not null || number is not null;
    }

    private static bool TryReadDate(IArrowArray array, int place, out Cell cell)
    {
        long? microseconds = array switch
        {
            TimestampArray values => ((TimestampType)values.Data.DataType).Unit switch
            {
                Apache.Arrow.Types.TimeUnit.Second => values.Values[place] * 1_000_000,
                Apache.Arrow.Types.TimeUnit.Millisecond => values.Values[place] * 1_000,
                Apache.Arrow.Types.TimeUnit.Microsecond => values.Values[place],
                _ => values.Values[place] / 1_000,
            },
            Date32Array values => values.Values[place] * MicrosecondsPerDay,
            Date64Array values => values.Values[place] * 1_000,
            _ => null,
        };
        cell = microseconds is null ? default : Cell.OfDate(microseconds.Value);
        return microseconds is not null;
    }
}

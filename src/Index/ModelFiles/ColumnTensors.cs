using Linr.Index.Columns;
using Linr.Memory;
using Linr.ModelFile;

namespace Linr.Index.ModelFiles;

/// <summary>Columns as tensors.</summary>
internal static class ColumnTensors
{
    /// <summary>The tensors of a column, which must live until they are written.</summary>
    public static IEnumerable<TensorSource> Of(Column column)
    {
        string name = column.Field.Name;
        if (column is BytesColumn bytes)
        {
            IEnumerable<TensorSource> tensors = BytesTensors.Of(
                bytes.Values, ModelNames.Offsets(name), ModelNames.Bytes(name));
            return bytes.HasMissing ? tensors.Append(Present(bytes, bytes.IsPresent)) : tensors;
        }

        return OfValues((ValueColumn)column);
    }

    private static IEnumerable<TensorSource> OfValues(ValueColumn column)
    {
        string name = column.Field.Name;
        long values = column.Rows;
        if (column.Field.MultiValued)
        {
            values = CountValues(column);
            yield return new(
                ModelNames.Offsets(name), TensorType.Int64, [column.Rows + 1], sink => WriteOffsets(sink, column));
        }

        if (column.Dictionary is { } dictionary)
        {
            TensorType type = CodeTensor.TypeOf(CodeWidth.For(dictionary.Count));
            yield return new(ModelNames.Codes(name), type, [values], sink => CodeTensor.Write(sink, column, type));
            foreach (TensorSource tensor in BytesTensors.Of(
                dictionary.Values, ModelNames.DictionaryOffsets(name), ModelNames.DictionaryBytes(name)))
            {
                yield return tensor;
            }

            yield break;
        }

        yield return column.Field.Type switch
        {
            FieldType.Float => new(
                ModelNames.Values(name), TensorType.Float64, [values], sink => WriteValues<double>(sink, column)),
            FieldType.Boolean => new(
                ModelNames.Values(name), TensorType.Bool, [values], sink => WriteValues<byte>(sink, column)),
            _ => new(ModelNames.Values(name), TensorType.Int64, [values], sink => WriteValues<long>(sink, column)),
        };
        if (HasMissing(column))
        {
            yield return Present(column, row => column.CountOf(row) > 0);
        }
    }

    private static bool HasMissing(ValueColumn column)
        => Enumerable.Range(0, column.BlockCount).Any(block => column.Block(block).Present != 0);

    private static TensorSource Present(Column column, Func<uint, bool> isPresent) => new(
        ModelNames.Present(column.Field.Name),
        TensorType.UInt64,
        [RowMask.Words(column.Rows)],
        sink =>
        {
            for (long first = 0; first < column.Rows; first += 64)
            {
                ulong word = 0;
                for (long row = first; row < Math.Min(first + 64, column.Rows); row++)
                {
                    word |= isPresent((uint)row) ? 1UL << (int)(row - first) : 0;
                }

                sink.Write<ulong>([word]);
            }
        });

    private static long CountValues(ValueColumn column)
    {
        long values = 0;
        for (long row = 0; row < column.Rows; row++)
        {
            values += column.CountOf((uint)row);
        }

        return values;
    }

    private static void WriteOffsets(TensorSink sink, ValueColumn column)
    {
        long end = 0;
        sink.Write<long>([0]);
        for (long row = 0; row < column.Rows; row++)
        {
            end += column.CountOf((uint)row);
            sink.Write<long>([end]);
        }
    }

    private static void WriteValues<T>(TensorSink sink, ValueColumn column)
        where T : unmanaged
    {
        for (int block = 0; block < column.BlockCount; block++)
        {
            // A heap may hold values that were replaced since; a single-valued block is written as it is.
            NativeSlice<T> values = column.BlockValues<T>(block);
            if (!column.Field.MultiValued)
            {
                sink.Write(values);
                continue;
            }

            long first = (long)block * Limits.BlockRows;
            for (long row = first; row < Math.Min(first + Limits.BlockRows, column.Rows); row++)
            {
                (long start, int count) = column.Locate((uint)row);
                sink.Write(values.Slice(start, count));
            }
        }
    }
}

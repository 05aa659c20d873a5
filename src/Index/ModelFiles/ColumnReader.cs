using Linr.Index.Columns;
using Linr.Kernels.Filter;
using Linr.Memory;
using Linr.ModelFile;

namespace Linr.Index.ModelFiles;

/// <summary>
/// Columns of a mapped file: values stay where they are; only the starts and counts of multi-valued fields are made.
/// </summary>
internal sealed class ColumnReader(TensorFile file, long rows)
{
    private int BlockCount => (int)((rows + Limits.BlockRows - 1) / Limits.BlockRows);

    /// <summary>The column of a field.</summary>
    /// <exception cref="ModelFormatException">
    /// A tensor is missing or of another shape, or its contents do not fit.
    /// </exception>
    public Column Read(FieldSchema field)
    {
        switch (field.Type)
        {
            case FieldType.Text or FieldType.Json or FieldType.Bytes:
                return ReadBytes(field);
            case FieldType.Keyword:
                return ReadKeywords(field);
            default:
                TensorType type = field.Type switch
                {
                    FieldType.Float => TensorType.Float64,
                    FieldType.Boolean => TensorType.Bool,
                    _ => TensorType.Int64,
                };
                ColumnElement element = field.Type switch
                {
                    FieldType.Float => ColumnElement.Float64,
                    FieldType.Boolean => ColumnElement.Byte,
                    _ => ColumnElement.Int64,
                };
                return ReadNumbers(field, type, element);
        }
    }

    private BytesColumn ReadBytes(FieldSchema field)
    {
        BytesStore values = BytesTensors.Read(
            file, ModelNames.Offsets(field.Name), ModelNames.Bytes(field.Name), rows, 0, Limits.StoredBytesMax);
        NativeSlice<ulong> present = ReadPresent(field);
        return new BytesColumn(
            field, values, present.IsEmpty ? null : BlockStore<ulong>.Map(present, RowMask.BlockWords, 1));
    }

    private ValueColumn ReadNumbers(FieldSchema field, TensorType type, ColumnElement element)
    {
        TensorInfo tensor = Find(ModelNames.Values(field.Name), type);
        CheckShape(field, tensor);
        if (type == TensorType.Bool)
        {
            CheckBooleans(tensor);
        }

        NativeSlice<ulong> present = field.MultiValued ? default : ReadPresent(field);
        var owned = new List<NativeBuffer>();
        ColumnBlock[] blocks = MakeBlocks(field, tensor, element, present, owned);
        return new ValueColumn(field, rows, blocks, [.. owned], dictionary: null);
    }

    private ValueColumn ReadKeywords(FieldSchema field)
    {
        string offsetsName = ModelNames.DictionaryOffsets(field.Name);
        BytesStore keywords = BytesTensors.Read(
            file, offsetsName, ModelNames.DictionaryBytes(field.Name), rows: null, 0, Limits.KeywordBytesMax);
        var dictionary = KeywordCodes.Of(keywords, out uint duplicate);
        if (duplicate != KeywordCodes.NoCode)
        {
            using (dictionary)
            {
                throw file.Error(
                    file.Find(offsetsName)!,
                    duplicate * sizeof(long),
                    "every keyword once",
                    $"\"{dictionary.TextOf(duplicate)}\" again");
            }
        }

        ColumnElement element = CodeWidth.For(dictionary.Count);
        var owned = new List<NativeBuffer>();
        try
        {
            TensorInfo tensor = Find(ModelNames.Codes(field.Name), CodeTensor.TypeOf(element));
            CheckShape(field, tensor);
            CodeTensor.Check(file, tensor, lowest: field.MultiValued ? 1u : 0, dictionary.Count);
            ColumnBlock[] blocks = MakeBlocks(field, tensor, element, present: default, owned);
            return new ValueColumn(field, rows, blocks, [.. owned], dictionary);
        }
        catch
        {
            dictionary.Dispose();
            throw;
        }
    }

    private TensorInfo Find(string name, TensorType type)
    {
        TensorInfo tensor = file.Find(name)
            ?? throw new ModelFormatException(file.Path, name, 0, $"a tensor of {type.HeaderName()}", "none");
        return tensor.Type == type && tensor.Shape.Length == 1
            ? tensor
            : throw file.Error(
                tensor, 0, $"one dim of {type.HeaderName()}", TensorTypes.Describe(tensor.Type, tensor.Shape));
    }

    private void CheckShape(FieldSchema field, TensorInfo tensor)
    {
        if (!field.MultiValued)
        {
            if (tensor.Count != rows)
            {
                throw file.Error(tensor, 0, $"{rows} elements, one a row", $"{tensor.Count}");
            }

            return;
        }

        string name = ModelNames.Offsets(field.Name);
        NativeSlice<long> offsets = file.Require<long>(name, TensorType.Int64, rows + 1);
        OffsetCheck.ThrowIfWrong(file, name, offsets, tensor.Count, 0, Limits.ValuesPerItemMax);
    }

    private void CheckBooleans(TensorInfo tensor)
    {
        const int chunkBytes = 65_536;
        NativeSlice<byte> values = file.Slice<byte>(tensor);
        for (long start = 0; start < values.Length; start += chunkBytes)
        {
            ReadOnlySpan<byte> chunk = values.Slice(start, Math.Min(chunkBytes, values.Length - start)).Span;
            int wrong = chunk.IndexOfAnyExceptInRange((byte)0, (byte)1);
            if (wrong >= 0)
            {
                throw file.Error(tensor, start + wrong, "0 or 1", $"{chunk[wrong]}");
            }
        }
    }

    // Empty when every row has a value.
    private NativeSlice<ulong> ReadPresent(FieldSchema field)
    {
        string name = ModelNames.Present(field.Name);
        if (file.Find(name) is not { } tensor)
        {
            return default;
        }

        NativeSlice<ulong> present = file.Require<ulong>(name, TensorType.UInt64, RowMask.Words(rows));
        int lastRows = (int)(rows % 64);
        if (lastRows != 0 && present[present.Length - 1] >> lastRows != 0)
        {
            throw file.Error(tensor, tensor.Bytes - sizeof(ulong), "no bit beyond the last row", "one");
        }

        return present;
    }

    private ColumnBlock[] MakeBlocks(
        FieldSchema field,
        TensorInfo tensor,
        ColumnElement element,
        NativeSlice<ulong> present,
        List<NativeBuffer> owned)
    {
        var blocks = new ColumnBlock[BlockCount];
        NativeSlice<byte> bytes = file.Data(tensor);
        NativeSlice<long> offsets = field.MultiValued
            ? file.Slice<long>(file.Find(ModelNames.Offsets(field.Name))!)
            : default;
        int elementBytes = tensor.Type.ElementBytes();
        for (int block = 0; block < blocks.Length; block++)
        {
            long first = (long)block * Limits.BlockRows;
            int count = (int)Math.Min(Limits.BlockRows, rows - first);
            if (field.MultiValued)
            {
                NativeSlice<long> blockOffsets = offsets.Slice(first, count + 1);
                (NativeBuffer starts, NativeBuffer counts) = MakeStarts(blockOffsets);
                owned.AddRange([starts, counts]);
                long values = blockOffsets[count] - blockOffsets[0];
                nint heap = bytes.Slice(blockOffsets[0] * elementBytes, values * elementBytes).Address;
                blocks[block] = new ColumnBlock(element, heap, values, Present: 0, starts.Address, counts.Address);
                continue;
            }

            nint mask = present.IsEmpty ? 0 : present.Slice((long)block * RowMask.BlockWords, 1).Address;
            nint address = bytes.Slice(first * elementBytes, (long)count * elementBytes).Address;
            blocks[block] = new ColumnBlock(element, address, count, mask, Starts: 0, Counts: 0);
        }

        return blocks;
    }

    private static (NativeBuffer Starts, NativeBuffer Counts) MakeStarts(NativeSlice<long> offsets)
    {
        int rows = (int)offsets.Length - 1;
        var starts = new NativeBuffer((long)rows * sizeof(uint));
        var counts = new NativeBuffer((long)rows * sizeof(uint));
        Span<uint> startSpan = starts.Span<uint>(0, rows);
        Span<uint> countSpan = counts.Span<uint>(0, rows);
        ReadOnlySpan<long> offsetSpan = offsets.Span;
        for (int row = 0; row < rows; row++)
        {
            startSpan[row] = (uint)(offsetSpan[row] - offsetSpan[0]);
            countSpan[row] = (uint)(offsetSpan[row + 1] - offsetSpan[row]);
        }

        return (starts, counts);
    }
}

using Linr.Index.Ids;
using Linr.Memory;
using Linr.ModelFile;

namespace Linr.Index.ModelFiles;

/// <summary>Ids as tensors, and back.</summary>
internal static class IdTensors
{
    /// <summary>The tensors of an id column, which must live until they are written.</summary>
    public static IEnumerable<TensorSource> Of(IdColumn ids)
    {
        long rows = ids.Count;
        return ids switch
        {
            IntegerIds integers =>
            [
                new(
                    ModelNames.IdValues,
                    TensorType.Int64,
                    [rows],
                    sink => EachBlock(rows, (block, count) => sink.Write(integers.Block(block, count)))),
            ],
            GuidIds guids =>
            [
                new(
                    ModelNames.IdValues,
                    TensorType.UInt8,
                    [rows, GuidIds.IdBytes],
                    sink => EachBlock(rows, (block, count) => sink.Write(guids.Block(block, count)))),
            ],
            _ => BytesTensors.Of(((TextIds)ids).Values, ModelNames.IdOffsets, ModelNames.IdBytes),
        };
    }

    /// <summary>The id column of a file.</summary>
    /// <exception cref="ModelFormatException">
    /// A tensor is missing or of another shape, or its contents do not fit.
    /// </exception>
    public static IdColumn Read(TensorFile file, IdKind kind)
    {
        if (kind == IdKind.Text)
        {
            return new TextIds(
                BytesTensors.Read(file, ModelNames.IdOffsets, ModelNames.IdBytes, rows: null, 1, Limits.IdBytesMax));
        }

        const string name = ModelNames.IdValues;
        long rows = file.Find(name) is { Shape: [long first, ..] } ? first : 0;
        if (rows > Limits.RowsMax)
        {
            throw file.Error(file.Find(name)!, 0, $"at most {Limits.RowsMax} items", $"{rows}");
        }

        if (kind == IdKind.Integer)
        {
            NativeSlice<long> integers = file.Require<long>(name, TensorType.Int64, rows);
            return new IntegerIds(BlockStore<long>.Map(integers, Limits.BlockRows, 1), rows);
        }

        NativeSlice<byte> guids = file.Require<byte>(name, TensorType.UInt8, rows, GuidIds.IdBytes);
        return new GuidIds(BlockStore<byte>.Map(guids, Limits.BlockRows, GuidIds.IdBytes), rows);
    }

    private static void EachBlock(long rows, Action<int, int> write)
    {
        for (long first = 0; first < rows; first += Limits.BlockRows)
        {
            write((int)(first / Limits.BlockRows), (int)Math.Min(Limits.BlockRows, rows - first));
        }
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using Linr.Index.ModelFiles;
using Linr.ModelFile;

namespace Linr.Engine.Live;

/// <summary>
/// What a model file has beside its items, where these change: how far the log was, versions of items, and how far
/// sources were read.
/// </summary>
/// <param name="Offset">The log's record that comes next; null where there was no log.</param>
/// <param name="Versions">As <see cref="Index.Live.LiveTable.Versions"/> gave them.</param>
/// <param name="Positions">One a source.</param>
internal sealed record SavedState(
    long? Offset, IReadOnlyList<ItemChange> Versions, IReadOnlyList<SourcePosition> Positions)
{
    private const string OffsetKey = "linr.offset";
    private const string VersionsTensor = "live/versions";
    private const string PositionsTensor = "live/positions";

    /// <summary>What a model has.</summary>
    /// <exception cref="ModelFormatException">A part of it is damaged.</exception>
    public static SavedState Read(LoadedModel? model)
        => model is null ? new SavedState(null, [], []) : new SavedState(
            ReadOffset(model),
            ReadAll(model, VersionsTensor, bytes => ChangeCodec.Read(bytes)),
            ReadAll(model, PositionsTensor, bytes => PositionCodec.Read(bytes)));

    /// <summary>The contents with this state in place of the one that they have.</summary>
    public ModelContents AddTo(ModelContents contents)
    {
        var metadata = new Dictionary<string, string>(contents.Metadata);
        metadata.Remove(OffsetKey);
        if (Offset is { } offset)
        {
            metadata.Add(OffsetKey, offset.ToString(CultureInfo.InvariantCulture));
        }

        IEnumerable<TensorSource> tensors = contents.Tensors
            .Where(tensor => tensor.Name is not VersionsTensor and not PositionsTensor)
            .Concat(ToTensor(VersionsTensor, Versions, ChangeCodec.Write))
            .Concat(ToTensor(PositionsTensor, Positions, PositionCodec.Write));
        return contents with { Metadata = metadata, Tensors = [.. tensors] };
    }

    private static long? ReadOffset(LoadedModel model)
    {
        if (!model.Metadata.TryGetValue(OffsetKey, out string? text))
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long offset)
            ? offset
            : throw new ModelFormatException(
                model.Path, $"metadata {OffsetKey}", 0, "an offset of the log, 0 or more", $"\"{text}\"");
    }

    // One behind another, each behind its length in 4 bytes.
    private static List<T> ReadAll<T>(LoadedModel model, string name, Func<byte[], T> read)
    {
        var all = new List<T>();
        if (model.FindTensor(name) is not { } tensor)
        {
            return all;
        }

        ReadOnlySpan<byte> bytes = model.Require<byte>(name, TensorType.UInt8, tensor.Count).Span;
        while (bytes.Length > 0)
        {
            long start = tensor.Start + tensor.Bytes - bytes.Length;
            int length = bytes.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32LittleEndian(bytes);
            if (length < 0 || length > bytes.Length - sizeof(int))
            {
                throw new ModelFormatException(
                    model.Path, name, start, "a length and so many bytes", $"length {length}, {bytes.Length} bytes");
            }

            try
            {
                all.Add(read(bytes.Slice(sizeof(int), length).ToArray()));
            }
            catch (ChangeFormatException error)
            {
                throw new ModelFormatException(
                    model.Path, name, start + sizeof(int) + error.ByteOffset, error.Expected, error.Found);
            }

            bytes = bytes[(sizeof(int) + length)..];
        }

        return all;
    }

    private static IEnumerable<TensorSource> ToTensor<T>(
        string name, IReadOnlyList<T> all, Action<T, IBufferWriter<byte>> write)
    {
        if (all.Count == 0)
        {
            return [];
        }

        var bytes = new ArrayBufferWriter<byte>();
        var one = new ArrayBufferWriter<byte>();
        foreach (T each in all)
        {
            one.ResetWrittenCount();
            write(each, one);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.GetSpan(sizeof(int)), one.WrittenCount);
            bytes.Advance(sizeof(int));
            bytes.Write(one.WrittenSpan);
        }

        return [TensorSource.Of<byte>(name, TensorType.UInt8, [bytes.WrittenCount], bytes.WrittenSpan.ToArray())];
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using Linr.Index.ModelFiles;
using Linr.ModelFile;

namespace Linr.Engine.Live;

/// <summary>What a model file has beside its items, where these change: how far the log was, and versions of items.</summary>
/// <param name="Offset">The log's record that comes next; null where there was no log.</param>
/// <param name="Versions">As <see cref="Index.Live.LiveTable.Versions"/> gave them.</param>
internal sealed record SavedState(long? Offset, IReadOnlyList<ItemChange> Versions)
{
    private const string OffsetKey = "linr.offset";
    private const string VersionsTensor = "live/versions";

    /// <summary>What a model has.</summary>
    /// <exception cref="ModelFormatException">A part of it is damaged.</exception>
    /// <exception cref="FormatException">It is no such state.</exception>
    public static SavedState Read(LoadedModel? model)
    {
        if (model is null)
        {
            return new SavedState(null, []);
        }

        long? offset = model.Metadata.TryGetValue(OffsetKey, out string? text)
            ? long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : null;
        var versions = new List<ItemChange>();
        if (model.FindTensor(VersionsTensor) is { } tensor)
        {
            ReadOnlySpan<byte> bytes = model.Require<byte>(VersionsTensor, TensorType.UInt8, tensor.Count).Span;
            while (bytes.Length > 0)
            {
                int length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
                versions.Add(ChangeCodec.Read(bytes.Slice(sizeof(int), length)));
                bytes = bytes[(sizeof(int) + length)..];
            }
        }

        return new SavedState(offset, versions);
    }

    /// <summary>The contents with this state in place of the one that they have.</summary>
    public ModelContents AddTo(ModelContents contents)
    {
        var metadata = new Dictionary<string, string>(contents.Metadata);
        metadata.Remove(OffsetKey);
        if (Offset is { } offset)
        {
            metadata.Add(OffsetKey, offset.ToString(CultureInfo.InvariantCulture));
        }

        IEnumerable<TensorSource> tensors = contents.Tensors.Where(tensor => tensor.Name != VersionsTensor);
        if (Versions.Count > 0)
        {
            byte[] bytes = ToBytes();
            tensors = tensors.Append(TensorSource.Of<byte>(VersionsTensor, TensorType.UInt8, [bytes.Length], bytes));
        }

        return contents with { Metadata = metadata, Tensors = [.. tensors] };
    }

    private byte[] ToBytes()
    {
        var all = new ArrayBufferWriter<byte>();
        var one = new ArrayBufferWriter<byte>();
        foreach (ItemChange version in Versions)
        {
            one.ResetWrittenCount();
            ChangeCodec.Write(version, one);
            BinaryPrimitives.WriteInt32LittleEndian(all.GetSpan(sizeof(int)), one.WrittenCount);
            all.Advance(sizeof(int));
            all.Write(one.WrittenSpan);
        }

        return all.WrittenSpan.ToArray();
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using Linr.Index.Columns;
using Linr.Index.Live;
using Linr.Index.ModelFiles;
using Linr.Memory;
using Linr.ModelFile;

namespace Linr.Engine.Live;

/// <summary>
/// What a model file has beside its items, where these change: how far the log was, versions of items, and how far
/// sources were read.
/// </summary>
/// <param name="Offset">The log's record that comes next; null where there was no log.</param>
/// <param name="Gone">Versions of items that are gone, as <see cref="LiveTable.Gone"/> gave them.</param>
/// <param name="Positions">One a source.</param>
/// <param name="Push">The push that the items come from, in a store.</param>
internal sealed record SavedState(
    long? Offset, IReadOnlyList<ItemChange> Gone, IReadOnlyList<SourcePosition> Positions, PushPoint Push)
{
    private const string OffsetKey = "linr.offset";
    private const string PushKey = "linr.push";
    private const string PushOffsetKey = "linr.push_offset";
    private const string PushOfStoreKey = "linr.push_of_store";
    private const string GoneTensor = "live/versions";
    private const string RowsTensor = "live/row_versions";
    private const string VersionedTensor = "live/row_versioned";
    private const string PositionsTensor = "live/positions";
    private const string MadePrefix = "live/made/";
    private const int PieceRows = 8_192;

    /// <summary>The state of what was never saved.</summary>
    public static SavedState None { get; } = new(null, [], [], default);

    /// <summary>What a model has; the versions of its items come with <see cref="GiveTo"/>.</summary>
    /// <exception cref="ModelFormatException">A part of it is damaged.</exception>
    public static SavedState Read(LoadedModel? model) => model is null ? None : new SavedState(
        ReadNumber(model, OffsetKey),
        ReadAll(model, GoneTensor, bytes => ChangeCodec.Read(bytes)),
        ReadAll(model, PositionsTensor, bytes => PositionCodec.Read(bytes)),
        new PushPoint(
            ReadNumber(model, PushKey) ?? 0,
            ReadNumber(model, PushOffsetKey) ?? 0,
            ReadNumber(model, PushOfStoreKey) == 1));

    /// <summary>Which rows' embeddings the model made after it was trained, by the embedding's place.</summary>
    /// <exception cref="ModelFormatException">A part of it is damaged.</exception>
    /// <param name="model">The model; null for items alone.</param>
    /// <param name="rows">Its items.</param>
    /// <returns>Masks, 64 rows a word; none of an embedding that was given for all items.</returns>
    public static IEnumerable<(int Embedding, NativeSlice<ulong> Rows)> Made(LoadedModel? model, long rows)
        => model is null ? [] : model.Items.Schema.Embeddings
            .Select((embedding, place) => (Place: place, Tensor: MadePrefix + embedding.Name))
            .Where(one => model.FindTensor(one.Tensor) is not null)
            .Select(one => (
                one.Place, model.Require<ulong>(one.Tensor, TensorType.UInt64, RowMask.Words(rows))));

    /// <summary>
    /// Gives what is known of a model's items to the table of them: versions, also of items that are gone, and which
    /// embeddings were made.
    /// </summary>
    /// <exception cref="ModelFormatException">A part of it is damaged.</exception>
    /// <param name="model">The model; null for items alone.</param>
    /// <param name="rows">Its items.</param>
    /// <param name="table">The table that was made of them.</param>
    public void GiveTo(LoadedModel? model, long rows, LiveTable table)
    {
        if (model?.FindTensor(RowsTensor) is not null)
        {
            table.SetVersions(
                model.Require<long>(RowsTensor, TensorType.Int64, rows),
                model.FindTensor(VersionedTensor) is null
                    ? default : model.Require<ulong>(VersionedTensor, TensorType.UInt64, RowMask.Words(rows)));
        }

        foreach ((int embedding, NativeSlice<ulong> made) in Made(model, rows))
        {
            table.SetMade(embedding, made);
        }

        // Older files have those of all items here.
        table.SetVersions(Gone);
    }

    /// <summary>The contents with this state in place of the one that they have.</summary>
    /// <param name="contents">The contents, with the items of a view.</param>
    /// <param name="view">That view; its versions go into the file in the order of its rows.</param>
    public ModelContents AddTo(ModelContents contents, TableView view)
    {
        var metadata = new Dictionary<string, string>(contents.Metadata);
        Set(OffsetKey, Offset);
        Set(PushKey, Push.Number == 0 ? null : Push.Number);
        Set(PushOffsetKey, Push.Number == 0 ? null : Push.Offset);
        Set(PushOfStoreKey, Push.IsOfStore ? 1 : null);
        IEnumerable<TensorSource> tensors = contents.Tensors
            .Where(tensor => tensor.Name is not (GoneTensor or RowsTensor or VersionedTensor or PositionsTensor)
                && !tensor.Name.StartsWith(MadePrefix, StringComparison.Ordinal))
            .Concat(ToTensor(GoneTensor, Gone, ChangeCodec.Write))
            .Concat(ToTensor(PositionsTensor, Positions, PositionCodec.Write))
            .Concat(RowVersions(view))
            .Concat(MadeRows(view));
        return contents with { Metadata = metadata, Tensors = [.. tensors] };

        void Set(string key, long? number)
        {
            metadata.Remove(key);
            if (number is { } known)
            {
                metadata.Add(key, known.ToString(CultureInfo.InvariantCulture));
            }
        }
    }

    /// <summary>The contents as a store begins with them: its log is at its start, and nothing was pushed.</summary>
    public static ModelContents Started(ModelContents contents) => contents with
    {
        Metadata = contents.Metadata
            .Where(pair => pair.Key is not (OffsetKey or PushKey or PushOffsetKey or PushOfStoreKey))
            .Append(KeyValuePair.Create(OffsetKey, "0")).ToDictionary(),
    };

    private static IEnumerable<TensorSource> RowVersions(TableView view)
    {
        long versioned = view.LiveRows().LongCount(row => view.VersionOf(row) is not null);
        if (versioned == 0)
        {
            yield break;
        }

        yield return new TensorSource(RowsTensor, TensorType.Int64, [view.Count], sink =>
        {
            foreach (uint[] rows in view.LiveRows().Chunk(PieceRows))
            {
                sink.Write<long>(Array.ConvertAll(rows, row => view.VersionOf(row) ?? 0));
            }
        });
        if (versioned < view.Count)
        {
            yield return Mask(VersionedTensor, view, row => view.VersionOf(row) is not null);
        }
    }

    private static IEnumerable<TensorSource> MadeRows(TableView view)
        => view.Table.Embeddings.Select((column, place) => (column.Schema.Name, Place: place))
            .Where(one => view.LiveRows().Any(row => view.IsMade(one.Place, row)))
            .Select(one => Mask(MadePrefix + one.Name, view, row => view.IsMade(one.Place, row)));

    private static TensorSource Mask(string name, TableView view, Func<uint, bool> isSet)
        => new(name, TensorType.UInt64, [RowMask.Words(view.Count)], sink =>
        {
            foreach (uint[] rows in view.LiveRows().Chunk(RowMask.WordRows))
            {
                ulong word = 0;
                for (int i = 0; i < rows.Length; i++)
                {
                    word |= isSet(rows[i]) ? 1UL << i : 0;
                }

                sink.Write<ulong>([word]);
            }
        });

    private static long? ReadNumber(LoadedModel model, string key)
        => !model.Metadata.TryGetValue(key, out string? text) ? null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number
            : throw new ModelFormatException(model.Path, $"metadata {key}", 0, "a number, 0 or more", $"\"{text}\"");

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

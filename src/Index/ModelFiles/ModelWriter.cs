using System.Collections.Immutable;
using Linr.Index.Embeddings;
using Linr.Memory;
using Linr.ModelFile;

namespace Linr.Index.ModelFiles;

/// <summary>Writes model files.</summary>
public static class ModelWriter
{
    private const int PageBytes = 4_096;

    /// <summary>
    /// Writes a model file in one step: a reader of <paramref name="path"/> sees what was there before or all of it.
    /// The same contents give the same bytes.
    /// </summary>
    /// <exception cref="ArgumentException">A tensor or metadata key has a name that the format itself uses.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, ModelContents contents)
    {
        ArgumentNullException.ThrowIfNull(contents);
        TensorFileWriter.Write(path, Metadata(contents), Tensors(contents));
    }

    /// <summary>Writes the bytes of a model file to a stream, which is neither flushed nor closed.</summary>
    /// <exception cref="ArgumentException">A tensor or metadata key has a name that the format itself uses.</exception>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public static void Write(Stream stream, ModelContents contents)
    {
        ArgumentNullException.ThrowIfNull(contents);
        TensorFileWriter.Write(stream, Metadata(contents), Tensors(contents));
    }

    private static List<TensorSource> Tensors(ModelContents contents)
    {
        ItemTable items = contents.Items;
        var tensors = new List<TensorSource>(IdTensors.Of(items.Ids));
        foreach (Columns.Column column in items.Columns)
        {
            tensors.AddRange(ColumnTensors.Of(column));
        }

        EmbeddingColumn[] copied = [.. items.Embeddings.Where(column => column.Copy is not null)];
        EmbeddingColumn[] ofRows =
        [
            .. copied.Select(column => column.Copy!.Column),
            .. items.Embeddings.Where(column => column.Schema.RowType != RowType.None),
        ];
        tensors.AddRange(ofRows.Where(column => column.HasNorms).Select(Norms));
        tensors.AddRange(ofRows.Where(column => column.Schema.RowType == RowType.Int8).Select(Scales));
        tensors.AddRange(copied.Select(Lost));
        tensors.AddRange(contents.Tensors);

        // Last, so that all that is read at once when a model is loaded lies together.
        tensors.AddRange(items.Embeddings.Where(column => column.Codes is not null).Select(Codes));
        tensors.AddRange(ofRows.Select(Rows));
        return tensors;
    }

    private static Dictionary<string, string> Metadata(ModelContents contents)
    {
        var metadata = new Dictionary<string, string>
        {
            [ModelNames.Format] = ModelNames.FormatVersion,
            [ModelNames.Schema] = SchemaJson.Write(contents.Items.Schema),
            [ModelNames.Layers] = contents.LayersJson,
            [ModelNames.Version] = contents.Version,
        };
        if (contents.SimilaritiesJson != "[]")
        {
            metadata.Add(ModelNames.Similarities, contents.SimilaritiesJson);
        }

        if (contents.RankersJson != "[]")
        {
            metadata.Add(ModelNames.Rankers, contents.RankersJson);
        }

        foreach ((string key, string value) in contents.Metadata)
        {
            if (!metadata.TryAdd(key, value))
            {
                throw new ArgumentException($"Metadata \"{key}\": the format itself uses this key.", nameof(contents));
            }
        }

        return metadata;
    }

    private static TensorSource Norms(EmbeddingColumn column) => new(
        ModelNames.Norms(column.Schema.Name),
        TensorType.Float32,
        [column.Rows],
        sink => WriteBlocks(sink, column, column.NormBlock));

    private static TensorSource Scales(EmbeddingColumn column) => new(
        ModelNames.Scales(column.Schema.Name),
        TensorType.Float16,
        [column.Rows],
        sink => WriteBlocks(sink, column, column.ScaleBlock));

    private static TensorSource Lost(EmbeddingColumn column) => new(
        ModelNames.Lost(column.Schema.Name),
        TensorType.Float32,
        [column.BlockCount],
        sink => sink.Write(column.Copy!.Lost));

    private static TensorSource Codes(EmbeddingColumn column) => new(
        ModelNames.EmbeddingCodes(column.Schema.Name),
        TensorType.UInt64,
        ImmutableArray.Create(column.Rows, column.Codes!.Coder.Words),
        sink => WriteBlocks(sink, column, column.Codes.Block))
    {
        AlignmentBytes = PageBytes,
    };

    private static TensorSource Rows(EmbeddingColumn column)
    {
        (TensorType type, Action<TensorSink> write) = column.Schema.RowType switch
        {
            RowType.Float32 => (
                TensorType.Float32, (Action<TensorSink>)(sink => WriteBlocks(sink, column, column.Float32Block))),
            RowType.Float16 => (TensorType.Float16, sink => WriteBlocks(sink, column, column.Float16Block)),
            RowType.Int8 => (TensorType.Int8, sink => WriteBlocks(sink, column, column.Int8Block)),
            _ => (TensorType.BFloat16, sink => WriteBlocks(sink, column, column.BFloat16Block)),
        };
        return new TensorSource(
            ModelNames.Rows(column.Schema.Name), type, ImmutableArray.Create(column.Rows, column.Schema.Dim), write)
        {
            AlignmentBytes = PageBytes,
        };
    }

    private static void WriteBlocks<T>(TensorSink sink, EmbeddingColumn column, Func<int, NativeSlice<T>> blockOf)
        where T : unmanaged
    {
        for (int block = 0; block < column.BlockCount; block++)
        {
            sink.Write(blockOf(block));
        }
    }
}

using Linr.ModelFile;

namespace Linr.Index.ModelFiles;

/// <summary>Writes model files.</summary>
public static class ModelWriter
{
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

        var embeddings = new EmbeddingTensors(contents.Rows?.View.Table.Embeddings ?? items.Embeddings, contents.Rows);
        tensors.AddRange(embeddings.Small());
        tensors.AddRange(contents.Tensors);

        // Last, so that all that is read at once when a model is loaded lies together.
        tensors.AddRange(embeddings.Large());
        return tensors;
    }

    private static Dictionary<string, string> Metadata(ModelContents contents)
    {
        var metadata = new Dictionary<string, string>
        {
            [ModelNames.Format] = ModelNames.FormatVersion,
            [ModelNames.Schema] = SchemaJson.Write(contents.Rows?.View.Table.Schema ?? contents.Items.Schema),
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
}

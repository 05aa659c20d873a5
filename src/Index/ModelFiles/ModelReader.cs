using Linr.Index.Columns;
using Linr.Index.Embeddings;
using Linr.Index.Ids;
using Linr.Kernels;
using Linr.Memory;
using Linr.ModelFile;

namespace Linr.Index.ModelFiles;

/// <summary>
/// Opens model files: everything is mapped, and everything but embedding rows is verified before use.
/// </summary>
public static class ModelReader
{
    /// <summary>Opens a model file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="verifyRows">Whether to verify the embedding rows in the background.</param>
    /// <param name="copyRows">
    /// Whether to copy the embedding rows into memory of the table's own instead of scanning them where the file is
    /// mapped: huge pages, which a mapped file has none of, make scans of small batches faster.
    /// </param>
    /// <exception cref="IOException">The file is missing or cannot be mapped.</exception>
    /// <exception cref="ModelFormatException">
    /// It is not a model file, is damaged, or does not fit its own schema.
    /// </exception>
    public static LoadedModel Open(string path, bool verifyRows = true, bool copyRows = false)
        => Open(path, verifyRows, copyRows, rowThreads: 1);

    /// <summary>The same; the rows are verified by so many threads.</summary>
    internal static LoadedModel Open(string path, bool verifyRows, bool copyRows, int rowThreads)
    {
        var file = TensorFile.Open(path);
        ItemTable? items = null;
        try
        {
            CheckFormat(file);
            Schema schema = ReadSchema(file);
            HashSet<string> rowTensors =
            [
                .. schema.Embeddings.Select(embedding => ModelNames.Rows(embedding.Name)),
                .. schema.Embeddings.Select(embedding => ModelNames.EmbeddingCodes(embedding.Name)),
                .. schema.Embeddings.Select(embedding => ModelNames.Rows(ModelNames.Copy(embedding.Name))),
            ];
            bool isGiven = GivenFile.IsOne(file);
            if (!isGiven)
            {
                file.Verify(tensor => !rowTensors.Contains(tensor.Name), threads: Environment.ProcessorCount);
            }

            items = ReadItems(file, schema, copyRows);
            if (isGiven)
            {
                GivenFile.Check(file, items);
            }

            return new LoadedModel(
                file, items, tensor => rowTensors.Contains(tensor.Name), verifyRows && !isGiven ? rowThreads : 0);
        }
        catch
        {
            items?.Dispose();
            file.Dispose();
            throw;
        }
    }

    /// <summary>A metadata string that must be there.</summary>
    internal static string Metadata(TensorFile file, string key)
        => file.Metadata.GetValueOrDefault(key) ?? throw MetadataError(file, key, "a string", "none");

    private static void CheckFormat(TensorFile file)
    {
        string version = Metadata(file, ModelNames.Format);
        if (version != ModelNames.FormatVersion)
        {
            throw MetadataError(file, ModelNames.Format, $"\"{ModelNames.FormatVersion}\"", $"\"{version}\"");
        }

        _ = Metadata(file, ModelNames.Layers);
        _ = Metadata(file, ModelNames.Version);
    }

    /// <summary>The schema of a file.</summary>
    /// <exception cref="ModelFormatException">It has none, or a wrong one.</exception>
    internal static Schema ReadSchema(TensorFile file)
    {
        try
        {
            return SchemaJson.Read(Metadata(file, ModelNames.Schema));
        }
        catch (SchemaException error)
        {
            throw MetadataError(file, ModelNames.Schema, "a valid schema", string.Join("; ", error.Problems));
        }
    }

    private static ItemTable ReadItems(TensorFile file, Schema schema, bool copyRows)
    {
        var parts = new List<IDisposable>();
        try
        {
            IdColumn ids = Keep(IdTensors.Read(file, schema.IdKind));
            var reader = new ColumnReader(file, ids.Count);
            Column[] columns = [.. schema.Fields.Select(field => Keep(reader.Read(field)))];
            EmbeddingColumn[] embeddings =
                [.. schema.Embeddings.Select(one => Keep(ReadEmbedding(
                    file, one, ids.Count, copyRows, hasNorms: one.RowType != RowType.None)))];
            var idMap = new Lazy<IdMap>(() => MakeIdMap(file, ids));
            return new ItemTable(schema, ids, columns, embeddings, idMap, backing: file);
        }
        catch
        {
            parts.ForEach(part => part.Dispose());
            throw;
        }

        T Keep<T>(T part)
            where T : IDisposable
        {
            parts.Add(part);
            return part;
        }
    }

    private static EmbeddingColumn ReadEmbedding(
        TensorFile file, EmbeddingSchema schema, long rows, bool copyRows, bool hasNorms)
    {
        string name = ModelNames.Rows(schema.Name);
        return new EmbeddingColumn(
            schema,
            rows,
            schema.RowType == RowType.Float32 ? Rows<float>(TensorType.Float32) : null,
            schema.RowType == RowType.Float16 ? Rows<Half>(TensorType.Float16) : null,
            schema.RowType == RowType.BFloat16 ? Rows<ushort>(TensorType.BFloat16) : null,
            schema.RowType == RowType.Int8 ? new Int8Store(Rows<sbyte>(TensorType.Int8), ReadScales()) : null,
            !hasNorms ? null : BlockStore<float>.Map(
                file.Require<float>(ModelNames.Norms(schema.Name), TensorType.Float32, rows), Limits.BlockRows, 1),
            ReadCodes(),
            schema.Copy is null ? null : ReadCopy(file, schema, rows, copyRows));

        CodeColumn? ReadCodes()
        {
            if (schema.Codes is null)
            {
                return null;
            }

            SignOporp coder = CodeColumn.CoderOf(schema);
            NativeSlice<ulong> all = file.Require<ulong>(
                ModelNames.EmbeddingCodes(schema.Name), TensorType.UInt64, rows, coder.Words);
            return new CodeColumn(coder, Store(all, coder.Words));
        }

        BlockStore<Half> ReadScales()
        {
            NativeSlice<Half> all = file.Require<Half>(ModelNames.Scales(schema.Name), TensorType.Float16, rows);
            CheckScales(file, file.Find(ModelNames.Scales(schema.Name))!, all);
            return BlockStore<Half>.Map(all, Limits.BlockRows, 1);
        }

        BlockStore<T> Rows<T>(TensorType type)
            where T : unmanaged
        {
            NativeSlice<T> all = file.Require<T>(name, type, rows, schema.Dim);
            return Store(all, schema.Dim);
        }

        BlockStore<T> Store<T>(NativeSlice<T> all, int stride)
            where T : unmanaged
            => copyRows
                ? BlockStore<T>.Copy(all, Limits.BlockRows, stride)
                : BlockStore<T>.Map(all, Limits.BlockRows, stride);
    }

    private static RowCopy ReadCopy(TensorFile file, EmbeddingSchema schema, long rows, bool copyRows)
    {
        string name = ModelNames.Lost(schema.Name);
        long blockCount = (rows + Limits.BlockRows - 1) / Limits.BlockRows;
        ReadOnlySpan<float> lost = file.Require<float>(name, TensorType.Float32, blockCount).Span;
        for (int block = 0; block < lost.Length; block++)
        {
            if (!(lost[block] >= 0) || float.IsInfinity(lost[block]))
            {
                throw file.Error(
                    file.Find(name)!, block * sizeof(float), "a norm of 0 or more", $"{lost[block]} of block {block}");
            }
        }

        EmbeddingColumn column = ReadEmbedding(
            file, RowCopy.SchemaOf(schema), rows, copyRows, RowCopy.HasNorms(schema));
        return new RowCopy(column, lost.ToArray());
    }

    private static void CheckScales(TensorFile file, TensorInfo tensor, NativeSlice<Half> scales)
    {
        for (long row = 0; row < scales.Length; row++)
        {
            if (!(scales[row] >= Half.Zero) || Half.IsInfinity(scales[row]))
            {
                throw file.Error(
                    tensor, row * sizeof(short), "a scale of 0 or more", $"{scales[row]} in row {row}");
            }
        }
    }

    private static IdMap MakeIdMap(TensorFile file, IdColumn ids)
    {
        var map = IdMap.Of(ids, out uint duplicate);
        if (duplicate == IdMap.NoRow)
        {
            return map;
        }

        map.Dispose();
        TensorInfo tensor = file.Find(ModelNames.IdValues) ?? file.Find(ModelNames.IdOffsets)!;
        throw file.Error(tensor, 0, "every id once", $"{ids.Read(duplicate)} again in row {duplicate}");
    }

    private static ModelFormatException MetadataError(TensorFile file, string key, string expected, string found)
        => new(file.Path, $"metadata {key}", 0, expected, found);
}

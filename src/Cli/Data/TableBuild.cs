using Linr.Formats;
using Linr.Index;
using Linr.Onnx;

namespace Linr.Cli.Data;

/// <summary>Reads items and embedding files into a table.</summary>
internal static class TableBuild
{
    private const int ReportEveryRows = 10_000;

    /// <exception cref="DataFormatException">
    /// A file is not of its format, or a row is bad and bad rows are not skipped.
    /// </exception>
    /// <exception cref="ArgumentException">The files do not fit each other or the schema.</exception>
    public static ItemTable Run(
        BuildOptions options, ReadReport report, Action<long> progress, CancellationToken cancellation)
    {
        (string? itemsPath, ItemOptions itemOptions, _) = options.Items;
        if (itemsPath is null && options.Embeddings.Count == 0)
        {
            throw new ArgumentException("Expected --items, --embedding or both; found neither.");
        }

        Schema schema = SchemaOf(options);
        using OnnxItemTower? tower = OpenTower(options.ItemTower, itemsPath, ref schema, options);
        using var builder = new ItemTableBuilder(schema);
        if (itemsPath is not null)
        {
            // A tower's embedding is not in the file.
            ItemOptions asRead = itemOptions with { Schema = WithoutEmbedding(schema, tower?.Embedding) };
            foreach (Item[] batch in ItemFile.Read(itemsPath, asRead, report).Chunk(OnnxItemTower.BatchItems))
            {
                cancellation.ThrowIfCancellationRequested();
                Append(builder, batch, tower);
                Report(builder.Rows, progress);
            }
        }

        bool appends = itemsPath is null;
        foreach (EmbeddingArgument argument in options.Embeddings)
        {
            ReadEmbeddings(argument, builder, appends, itemOptions.SkipBadRows, report, cancellation);
            appends = false;
            progress(builder.Rows);
        }

        return builder.Build();
    }

    private static OnnxItemTower? OpenTower(
        EmbeddingArgument? argument, string? itemsPath, ref Schema schema, BuildOptions options)
    {
        if (argument is null)
        {
            return null;
        }

        if (itemsPath is null || options.Embeddings.Any(one => one.Name == argument.Name))
        {
            throw new ArgumentException(
                $"--item-tower {argument.Name}: expected --items to embed and no --embedding of that name; "
                + $"found {(itemsPath is null ? "no items" : "one")}.");
        }

        var tower = new OnnxItemTower(File.ReadAllBytes(argument.Path), argument.Name, schema);
        if (schema.FindEmbedding(argument.Name) is null)
        {
            var made = new EmbeddingSchema(
                argument.Name, tower.Dim, options.Metric, options.RowType, options.Codes, options.Copy);
            schema = schema with { Embeddings = schema.Embeddings.Insert(0, made) };
        }

        return tower;
    }

    private static Schema WithoutEmbedding(Schema schema, string? name)
        => schema with { Embeddings = [.. schema.Embeddings.Where(one => one.Name != name)] };

    private static void Append(ItemTableBuilder builder, Item[] batch, OnnxItemTower? tower)
    {
        uint first = (uint)builder.Rows;
        builder.Append(batch);
        if (tower is not null)
        {
            float[] embeddings = new float[batch.Length * tower.Dim];
            tower.Embed(batch, embeddings);
            builder.SetEmbeddings(tower.Embedding, first, embeddings);
        }
    }

    private static Schema SchemaOf(BuildOptions options)
    {
        Schema schema = options.Items.Options.Schema ?? new Schema { IdKind = IdKindOf(options.Embeddings[0]) };
        if (!options.Items.IsSchemaGiven)
        {
            schema = schema with { Embeddings = [.. schema.Embeddings.Select(Typed)] };
        }

        foreach (EmbeddingArgument argument in options.Embeddings.Where(one => schema.FindEmbedding(one.Name) is null))
        {
            using EmbeddingReader reader = EmbeddingFile.Open(argument.Path);
            EmbeddingSchema added = Typed(new EmbeddingSchema(argument.Name, reader.Dim));
            schema = schema with { Embeddings = schema.Embeddings.Add(added) };
        }

        return schema;

        EmbeddingSchema Typed(EmbeddingSchema embedding)
            => embedding with
            {
                Metric = options.Metric, RowType = options.RowType, Codes = options.Codes, Copy = options.Copy,
            };
    }

    private static IdKind IdKindOf(EmbeddingArgument argument)
    {
        using EmbeddingReader reader = EmbeddingFile.Open(argument.Path);
        return reader.Read()
            ? reader.Id.Kind
            : throw new ArgumentException(
                $"--embedding {argument.Name}: expected at least one row; found none in {argument.Path}.");
    }

    private static void ReadEmbeddings(
        EmbeddingArgument argument,
        ItemTableBuilder builder,
        bool appends,
        bool skipBadRows,
        ReadReport report,
        CancellationToken cancellation)
    {
        var options = new EmbeddingOptions { IdKind = builder.Schema.IdKind, SkipBadRows = skipBadRows };
        using EmbeddingReader reader = EmbeddingFile.Open(argument.Path, options, report);
        int dim = builder.Schema.FindEmbedding(argument.Name)!.Dim;
        if (reader.Dim != dim)
        {
            throw new ArgumentException(
                $"--embedding {argument.Name}: expected {dim} numbers a row; found {reader.Dim} in {argument.Path}.");
        }

        if (!appends && !reader.HasIds && reader.Count is { } count && count != builder.Rows)
        {
            throw new ArgumentException(
                $"--embedding {argument.Name}: expected {builder.Rows} rows, one an item; "
                + $"found {count} in {argument.Path}.");
        }

        for (uint position = 0; reader.Read(); position++)
        {
            cancellation.ThrowIfCancellationRequested();
            uint row = appends ? builder.AppendIds([reader.Id]) : RowOf(reader, builder, position, argument);
            builder.SetEmbeddings(argument.Name, row, reader.Values);
        }
    }

    private static uint RowOf(
        EmbeddingReader reader, ItemTableBuilder builder, uint position, EmbeddingArgument argument)
    {
        if (!reader.HasIds)
        {
            return position;
        }

        return builder.TryFindRow(reader.Id, out uint row)
            ? row
            : throw new ArgumentException(
                $"--embedding {argument.Name}: expected ids of the items; found {reader.Id} in {argument.Path}.");
    }

    private static void Report(long rows, Action<long> progress)
    {
        if (rows % ReportEveryRows < OnnxItemTower.BatchItems)
        {
            progress(rows);
        }
    }
}

using Linr.Formats;
using Linr.Index;

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
        using var builder = new ItemTableBuilder(schema);
        if (itemsPath is not null)
        {
            foreach (Item item in ItemFile.Read(itemsPath, itemOptions with { Schema = schema }, report))
            {
                cancellation.ThrowIfCancellationRequested();
                builder.Append(item);
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
        if (rows % ReportEveryRows == 0)
        {
            progress(rows);
        }
    }
}

using System.CommandLine;
using System.Globalization;
using Linr.Cli.Terminal;
using Linr.Index.Columns;
using Linr.Index.Device;
using Linr.Index.ModelFiles;
using Linr.Layers;
using Linr.Rankers;
using Spectre.Console;

namespace Linr.Cli.Commands;

/// <summary>`linr inspect`: what is in a model file.</summary>
internal static class InspectCommand
{
    private static readonly Argument<string> s_model = CommonOptions.Model("The model to inspect.");

    public static Command Create() => CommandBuilder.Create(
        "inspect", "Shows what is in a model file: items, fields, embeddings, towers and bytes.", [s_model], Run);

    private static int Run(CommandContext context)
    {
        using LoadedModel model = ModelReader.Open(CommonOptions.ModelPath(context, s_model), verifyRows: false);
        var layers = LayerList.Parse(model.LayersJson);
        if (context.IsJson)
        {
            context.WriteJson(Describe(model, layers));
            return ExitCode.Success;
        }

        IAnsiConsole console = context.Console;
        string name = Path.GetFileName(model.Path);
        IdKind ids = model.Items.Schema.IdKind;
        string version = model.Version.Length > 0 ? model.Version : "(none)";
        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"[bold]{name}[/]: {model.Items.Rows:N0} items, {model.FileBytes:N0} bytes, version {version}, ids {ids}");
        WriteFields(console, model);
        WriteEmbeddings(console, model);
        WriteTowers(console, layers);
        foreach (SimilaritySpec one in SimilarityList.Parse(model.SimilaritiesJson).Similarities)
        {
            string halves = string.Join(", ", one.Items.Select(head => head.Embedding));
            console.MarkupLineInterpolated(
                CultureInfo.InvariantCulture,
                $"similarity [bold]{one.Name}[/] ({one.Kind}) of {string.Join(", ", one.QueryEmbeddings)}: halves in {halves}");
        }

        foreach (RankerSpec one in RankerList.Parse(model.RankersJson).Rankers)
        {
            string tasks = string.Join(", ", one.Tasks.Select(task => task.Name));
            console.MarkupLineInterpolated(
                CultureInfo.InvariantCulture,
                $"ranker [bold]{one.Name}[/] of {one.QueryEmbedding}: {tasks}; halves in {one.Item.Embedding}");
        }

        DeviceLayout layout = DeviceLayout.Of(model.Items);
        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"on a device: {layout.Bytes:N0} bytes, and what searches work in");
        DeviceLayout small = DeviceLayout.Of(model.Items, keepsRowsOnHost: true);
        if (small.Bytes < layout.Bytes)
        {
            console.MarkupLineInterpolated(
                CultureInfo.InvariantCulture,
                $"with rows kept on the host ({CommonOptions.HostRows.Name}): {small.Bytes:N0} bytes");
        }

        return ExitCode.Success;
    }

    private static object Describe(LoadedModel model, LayerList layers) => new
    {
        model = model.Path,
        version = model.Version,
        bytes = model.FileBytes,
        items = model.Items.Rows,
        idKind = model.Items.Schema.IdKind,
        fields = model.Items.Columns.Select(column => new
        {
            column.Field.Name,
            column.Field.Type,
            roles = column.Field.Roles.ToString(),
            column.Field.MultiValued,
            bytes = FieldBytes(model, column.Field.Name),
            values = (column as ValueColumn)?.Dictionary?.Count,
        }),
        embeddings = model.Items.Embeddings.Select(column => new
        {
            column.Schema.Name,
            column.Schema.Dim,
            column.Schema.Metric,
            column.Schema.RowType,
            codes = column.Schema.Codes?.ToString(),
            bytes = EmbeddingBytes(model, column.Schema.Name),
            codeBytes = CodeBytes(model, column.Schema.Name),
            column.Schema.Copy,
            copyBytes = CopyBytes(model, column.Schema.Name),
        }),
        towers = layers.Towers.Select(tower => new
        {
            tower.Name,
            tower.Embedding,
            tower.Dim,
            layers = tower.Layers.Select(layer => $"{layer.Kind} {layer.Name}"),
        }),
        similarities = SimilarityList.Parse(model.SimilaritiesJson).Similarities.Select(
            one => new { one.Name, one.Kind, one.QueryEmbeddings, items = one.Items.Select(head => head.Embedding) }),
        rankers = RankerList.Parse(model.RankersJson).Rankers.Select(one => new
        {
            one.Name,
            one.Candidates,
            one.QueryEmbedding,
            items = one.Item.Embedding,
            one.Features,
            tasks = one.Tasks.Select(task => new { task.Name, task.Kind, task.Weight }),
        }),
        device = DeviceBytes(DeviceLayout.Of(model.Items)),
        deviceWithRowsOnHost = DeviceBytes(DeviceLayout.Of(model.Items, keepsRowsOnHost: true)),
        tensors = model.Tensors.Select(
            tensor => new { tensor.Name, tensor.Type, shape = tensor.Shape.ToArray(), tensor.Bytes }),
    };

    private static object DeviceBytes(DeviceLayout layout) => new
    {
        bytes = layout.Bytes,
        embeddings = layout.EmbeddingBytes,
        codes = layout.CodeBytes,
        attributes = layout.AttributeBytes,
        ids = layout.OrderBytes,
    };

    private static void WriteFields(IAnsiConsole console, LoadedModel model)
    {
        var table = new Table { Border = TableBorder.Rounded };
        table.AddColumns("field", "type", "roles");
        table.AddColumn(new TableColumn("different values").RightAligned());
        table.AddColumn(new TableColumn("bytes").RightAligned());
        foreach (Column column in model.Items.Columns)
        {
            table.AddRow(
                Markup.Escape(column.Field.Name),
                column.Field.Type + (column.Field.MultiValued ? ", several" : string.Empty),
                column.Field.Roles.ToString(),
                column is ValueColumn { Dictionary: { } dictionary } ? Number(dictionary.Count) : string.Empty,
                Number(FieldBytes(model, column.Field.Name)));
        }

        console.Write(table);
    }

    private static void WriteEmbeddings(IAnsiConsole console, LoadedModel model)
    {
        var table = new Table { Border = TableBorder.Rounded };
        table.AddColumns("embedding", "dim", "metric", "rows");
        table.AddColumn(new TableColumn("bytes").RightAligned());
        table.AddColumn("codes");
        table.AddColumn(new TableColumn("bytes of codes").RightAligned());
        table.AddColumn("copy");
        table.AddColumn(new TableColumn("bytes of copy").RightAligned());
        foreach (EmbeddingSchema embedding in model.Items.Schema.Embeddings)
        {
            table.AddRow(
                Markup.Escape(embedding.Name),
                Number(embedding.Dim),
                embedding.Metric.ToString(),
                embedding.RowType.ToString(),
                Number(EmbeddingBytes(model, embedding.Name)),
                embedding.Codes?.ToString() ?? "none",
                Number(CodeBytes(model, embedding.Name)),
                embedding.Copy?.ToString() ?? "none",
                Number(CopyBytes(model, embedding.Name)));
        }

        console.Write(table);
    }

    private static void WriteTowers(IAnsiConsole console, LayerList layers)
    {
        foreach (TowerSpec tower in layers.Towers)
        {
            console.MarkupLineInterpolated(
                CultureInfo.InvariantCulture, $"[bold]{tower.Name}[/] tower -> {tower.Embedding} ({tower.Dim}):");
            console.MarkupLineInterpolated(
                $"  {string.Join(", ", tower.Layers.Select(layer => $"{layer.Name} ({layer.Kind})"))}");
        }

        if (layers.Towers.Length == 0)
        {
            console.MarkupLine("no towers: the embeddings were given");
        }
    }

    private static long FieldBytes(LoadedModel model, string field) => Bytes(
        model,
        [
            ModelNames.Values(field), ModelNames.Codes(field), ModelNames.Offsets(field), ModelNames.Bytes(field),
            ModelNames.Present(field), ModelNames.DictionaryOffsets(field), ModelNames.DictionaryBytes(field),
        ]);

    private static long EmbeddingBytes(LoadedModel model, string embedding)
        => Bytes(
            model,
            [ModelNames.Rows(embedding), ModelNames.Scales(embedding), ModelNames.Norms(embedding)]);

    private static long CopyBytes(LoadedModel model, string embedding)
        => EmbeddingBytes(model, ModelNames.Copy(embedding)) + Bytes(model, [ModelNames.Lost(embedding)]);

    private static long CodeBytes(LoadedModel model, string embedding)
        => Bytes(model, [ModelNames.EmbeddingCodes(embedding)]);

    private static long Bytes(LoadedModel model, IEnumerable<string> tensors)
        => tensors.Sum(name => model.FindTensor(name)?.Bytes ?? 0);

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}

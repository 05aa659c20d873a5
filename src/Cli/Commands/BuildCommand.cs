using System.CommandLine;
using Linr.Cli.Data;
using Linr.Cli.Terminal;
using Linr.Formats;
using Linr.Index;
using Linr.Index.ModelFiles;
using Linr.Layers;
using Linr.ModelFile;
using Linr.Onnx;
using Spectre.Console;

namespace Linr.Cli.Commands;

/// <summary>`linr build`: items and embeddings into a model, without training.</summary>
internal static class BuildCommand
{
    private static readonly Option<string[]> s_embeddings = new("--embedding")
    {
        Description = "An embedding of every item, in the order of --items or with ids of its own: "
            + ".npy, .fvecs, Parquet or Arrow.",
        HelpName = "NAME=FILE",
    };

    private static readonly Option<Metric> s_metric = new("--metric")
    {
        Description = "How embeddings are scored, where the schema does not say.",
        DefaultValueFactory = _ => Metric.Cosine,
    };

    private static readonly Option<RowType> s_rows = new("--rows")
    {
        Description = "How embeddings are stored, where the schema does not say.",
        DefaultValueFactory = _ => RowType.Float32,
    };

    private static readonly Option<string?> s_itemTower = new("--item-tower")
    {
        Description = "An ONNX file that embeds the items: its inputs are named id, or as fields and embeddings of "
            + "--items. It is kept in the model.",
        HelpName = "NAME=FILE.onnx",
    };

    private static readonly Option<string?> s_queryTower = new("--query-tower")
    {
        Description = "An ONNX file that embeds histories (inputs history, history_mask, history_ids, history_length) "
            + "and query features (by their names). It is kept in the model and used by query and eval.",
        HelpName = "NAME=FILE.onnx",
    };

    private static readonly Option<string> s_out = CommonOptions.Out("The model file to write.");

    public static Command Create() => CommandBuilder.Create(
        "build",
        "Builds a model from items and embeddings that you have already; nothing is trained.",
        [
            .. ItemArguments.All, s_embeddings, s_metric, s_rows, CommonOptions.Codes, CommonOptions.Copy,
            s_itemTower, s_queryTower, CommonOptions.VersionName, s_out,
        ],
        Run);

    private static int Run(CommandContext context)
    {
        string path = FileCheck.Writable(s_out.Name, context.Get(s_out));
        var options = new BuildOptions(
            ItemArguments.Read(context),
            EmbeddingArgument.Parse(context.Find(s_embeddings)),
            context.Get(s_metric),
            context.Get(s_rows),
            CommonOptions.ReadCodes(context),
            context.Find(CommonOptions.Copy),
            Tower(context, s_itemTower));
        EmbeddingArgument? queryTower = Tower(context, s_queryTower);
        var report = new ReadReport();
        using ItemTable table = context.Progress.Status().Start(
            "reading", status => TableBuild.Run(
                options, report, rows => status.Status = $"{rows:N0} items", context.Cancellation));
        TensorSource[] towers =
        [
            .. TowerTensors(TowerSpec.ItemTower, options.ItemTower),
            .. TowerTensors(TowerSpec.QueryTower, queryTower),
        ];
        if (queryTower is not null)
        {
            CheckQueryTower(queryTower, table.Schema);
        }

        context.Progress.Status().Start(
            "writing", _ => ModelWriter.Write(path, new ModelContents
            {
                Items = table, Version = context.Get(CommonOptions.VersionName), Tensors = towers,
            }));
        ReadReportView.Write(context.Progress, report);
        context.Write(
            new { model = path, items = table.Rows, bytes = new FileInfo(path).Length, skipped = report.BadRows },
            $"wrote [bold]{path}[/]: {table.Rows:N0} items, {new FileInfo(path).Length:N0} bytes");
        return ExitCode.Success;
    }

    private static EmbeddingArgument? Tower(CommandContext context, Option<string?> option)
        => context.Find(option) is { } argument ? EmbeddingArgument.Parse(option.Name, argument) : null;

    private static IEnumerable<TensorSource> TowerTensors(string tower, EmbeddingArgument? argument)
        => argument is null ? [] : [OnnxTensors.ToTensor(tower, argument.Name, File.ReadAllBytes(argument.Path))];

    private static void CheckQueryTower(EmbeddingArgument argument, Schema schema)
    {
        if (schema.FindEmbedding(argument.Name) is null)
        {
            string known = string.Join(", ", schema.Embeddings.Select(one => one.Name).DefaultIfEmpty("none"));
            throw new ArgumentException(
                $"{s_queryTower.Name}: expected one of the model's embeddings ({known}); found \"{argument.Name}\".");
        }

        OnnxQueryTower.Open(File.ReadAllBytes(argument.Path), argument.Name, schema).Dispose();
    }
}

using System.CommandLine;
using System.Globalization;
using Linr.Cli.Data;
using Linr.Cli.Terminal;
using Linr.Formats;
using Linr.Index;
using Linr.Index.ModelFiles;
using Spectre.Console;

namespace Linr.Cli.Commands;

/// <summary>`linr build`: items and embeddings into a model, without training.</summary>
internal static class BuildCommand
{
    private static readonly Option<string?> s_items = new("--items")
    {
        Description = "Items with their fields, and embeddings as lists of numbers: CSV, TSV, JSONL, Parquet or Arrow (.gz too).",
        HelpName = "FILE",
    };

    private static readonly Option<string[]> s_embeddings = new("--embedding")
    {
        Description = "An embedding of every item, in the order of --items or with ids of its own: .npy, .fvecs, Parquet or Arrow.",
        HelpName = "NAME=FILE",
    };

    private static readonly Option<string?> s_schema = new("--schema")
    {
        Description = "What the items look like, as JSON (see docs/data.md); found out from the data unless given.",
        HelpName = "FILE.json",
    };

    private static readonly Option<string?> s_id = new("--id") { Description = "The column of the item id.", HelpName = "COLUMN" };

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

    private static readonly Option<bool> s_skipBad = new("--skip-bad") { Description = "Counts and reports bad rows instead of stopping." };

    private static readonly Option<string> s_version = new("--version-name")
    {
        Description = "What to call this version of the model; every answer carries it.",
        DefaultValueFactory = _ => "1",
    };

    private static readonly Option<string> s_out = CommonOptions.Out("The model file to write.");

    public static Command Create() => CommandBuilder.Create(
        "build",
        "Builds a model from items and embeddings that you have already; nothing is trained.",
        [s_items, s_embeddings, s_schema, s_id, s_metric, s_rows, s_skipBad, s_version, s_out],
        Run);

    private static int Run(CommandContext context)
    {
        var options = new BuildOptions(
            context.Find(s_items),
            EmbeddingArgument.Parse(context.Find(s_embeddings)),
            context.Find(s_schema),
            context.Find(s_id),
            context.Get(s_metric),
            context.Get(s_rows),
            context.Get(s_skipBad));
        var report = new ReadReport();
        string path = context.Get(s_out);
        using ItemTable table = context.Progress.Status().Start(
            "reading", status => TableBuild.Run(options, report, rows => status.Status = $"{rows:N0} items", context.Cancellation));
        context.Progress.Status().Start(
            "writing", _ => ModelWriter.Write(path, new ModelContents { Items = table, Version = context.Get(s_version) }));
        ReadReportView.Write(context.Progress, report);
        if (context.IsJson)
        {
            context.WriteJson(new { model = path, items = table.Rows, bytes = new FileInfo(path).Length, skipped = report.BadRows });
        }
        else
        {
            context.Console.MarkupLineInterpolated(
                CultureInfo.InvariantCulture, $"wrote [bold]{path}[/]: {table.Rows:N0} items, {new FileInfo(path).Length:N0} bytes");
        }

        return ExitCode.Success;
    }
}

using System.CommandLine;
using System.Globalization;
using Linr.Cli.Data;
using Linr.Cli.Terminal;
using Linr.Cli.Training;
using Linr.Formats;
using Linr.Training;
using Linr.Training.Data;
using Spectre.Console;

namespace Linr.Cli.Commands;

/// <summary>`linr train`: interactions and items to a model.</summary>
internal static class TrainCommand
{
    private static readonly Option<string> s_out = CommonOptions.Out("The model file to write.");

    private static readonly Option<string?> s_report = new("--report")
    {
        Description = "A folder for the run's record (JSON) and its curves (PNG).",
        HelpName = "FOLDER",
    };

    private static readonly Option<RowType> s_rows = new("--rows")
    {
        Description = "How embeddings are stored.",
        DefaultValueFactory = _ => RowType.Float32,
    };

    private static readonly Option<string> s_version = new("--version-name")
    {
        Description = "What to call this version of the model; every answer carries it.",
        DefaultValueFactory = _ => "1",
    };

    public static Command Create() => CommandBuilder.Create(
        "train",
        "Trains a two-tower model and writes it with all items as one model file.",
        [.. DataOptions.All, .. TrainOptions.All, s_rows, s_version, s_report, s_out],
        Run);

    private static int Run(CommandContext context)
    {
        TrainingOptions options = TrainOptions.Read(context);
        options.Validate();
        var report = new ReadReport();
        DataSet source = DataOptions.Open(context, report);
        InteractionDataset data = context.Progress.Status().Start(
            "reading", status => source.Read(options.Seed, text => status.Status = text, context.Cancellation));
        ReadReportView.Write(context.Progress, report);
        using TrainedModel model = TrainingView.Run(data, options, context.Progress, context.Cancellation);
        string path = context.Get(s_out);
        ModelExporter.Write(model, path, context.Get(s_version), rowType: context.Get(s_rows));
        if (context.Find(s_report) is { } folder)
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "run.json"), model.Run.ToJson());
            Plots.Training(model.Run, Path.Combine(folder, "training.png"));
        }

        if (context.IsJson)
        {
            context.WriteJson(new { model = path, bytes = new FileInfo(path).Length, run = model.Run });
        }
        else
        {
            context.Console.MarkupLineInterpolated(
                CultureInfo.InvariantCulture,
                $"wrote [bold]{path}[/]: {model.Run.Items:N0} items, {new FileInfo(path).Length:N0} bytes, best epoch {model.Run.BestEpoch} of {model.Run.Epochs.Count}");
        }

        return ExitCode.Success;
    }
}

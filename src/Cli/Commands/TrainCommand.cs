using System.CommandLine;
using Linr.Cli.Data;
using Linr.Cli.Terminal;
using Linr.Cli.Training;
using Linr.Formats;
using Linr.Training;
using Linr.Training.Data;
using Linr.Training.Rankers;
using Linr.Training.Similarities;
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

    private static readonly Option<string[]> s_embeddings = new("--embedding")
    {
        Description = "An embedding of the items from elsewhere, for similarities to read: in the order of the items or "
            + "with ids of its own; .npy, .fvecs, Parquet or Arrow.",
        HelpName = "NAME=FILE",
    };

    public static Command Create() => CommandBuilder.Create(
        "train",
        "Trains a two-tower model and writes it with all items as one model file.",
        [
            .. DataOptions.All, s_embeddings, .. TrainOptions.All, TrainOptions.ColdShare, s_rows, CommonOptions.Codes,
            CommonOptions.Copy, .. SimilarityTraining.All, .. RankerTraining.All, CommonOptions.VersionName, s_report, s_out,
        ],
        Run);

    private static int Run(CommandContext context)
    {
        TrainingOptions options = TrainOptions.Read(context);
        options.Validate();
        EmbeddingCodes? codes = CommonOptions.ReadCodes(context);
        string path = FileCheck.Writable(s_out.Name, context.Get(s_out));
        string? folder = FileCheck.FolderOrNull(s_report.Name, context.Find(s_report));
        var report = new ReadReport();
        DataSet source = GivenEmbeddings.AddTo(
            DataOptions.Open(context, report), EmbeddingArgument.Parse(context.Find(s_embeddings)), options.Embedding);
        SimilarityOptions[] similarityOptions = SimilarityTraining.Read(context, source.Schema.Embeddings);
        RankerOptions? rankerOptions = RankerTraining.Read(context, similarityOptions, context.Get(s_rows), codes);
        InteractionDataset data = context.Progress.Status().Start(
            "reading",
            status => source.Read(
                options.Seed, context.Get(TrainOptions.ColdShare), text => status.Status = text, context.Cancellation));
        ReadReportView.Write(context.Progress, report);
        using TrainedModel model = TrainingView.Run(data, options, context.Progress, context.Cancellation);
        List<TrainedSimilarity> similarities =
            SimilarityTraining.Run(model, similarityOptions, context.Progress, context.Cancellation);
        using TrainedRanker? ranker = RankerTraining.Run(
            model, rankerOptions, similarities, context.Progress, context.Cancellation);
        ModelExporter.Write(
            model,
            path,
            context.Get(CommonOptions.VersionName),
            rowType: context.Get(s_rows),
            codes: codes,
            copy: context.Find(CommonOptions.Copy),
            similarities: similarities,
            ranker: ranker);
        similarities.ForEach(similarity => similarity.Dispose());
        if (folder is not null)
        {
            File.WriteAllText(Path.Combine(folder, "run.json"), model.Run.ToJson());
            Plots.Training(model.Run, Path.Combine(folder, "training.png"));
        }

        context.Write(
            new
            {
                model = path,
                bytes = new FileInfo(path).Length,
                run = model.Run,
                similarities = similarities.Select(one => new { one.Spec.Name, one.Spec.Kind, one.Epochs, one.Starts }),
                ranker = ranker is null ? null : new { ranker.Spec.Name, ranker.Spec.Tasks, ranker.Epochs },
            },
            $"wrote [bold]{path}[/]: {model.Run.Items:N0} items, {new FileInfo(path).Length:N0} bytes, best epoch {model.Run.BestEpoch} of {model.Run.Epochs.Count}");
        return ExitCode.Success;
    }
}

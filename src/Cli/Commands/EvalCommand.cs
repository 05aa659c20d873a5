using System.CommandLine;
using Linr.Cli.Data;
using Linr.Cli.Terminal;
using Linr.Cli.Training;
using Linr.Formats;
using Linr.Index.ModelFiles;
using Linr.Onnx;
using Linr.Training;
using Linr.Training.Data;
using Linr.Training.Evaluation;
using Spectre.Console;

namespace Linr.Cli.Commands;

/// <summary>`linr eval`: a model beside the baselines, on held-out interactions.</summary>
internal static class EvalCommand
{
    private static readonly Argument<string?> s_model = new("model")
    {
        Description = "The model to evaluate, trained on the same data.",
        HelpName = "FILE.linr",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<int> s_users = new("--users")
    {
        Description = "Users at most, drawn by the seed where there are more; with --quantization the number of "
            + "queries, 200 unless given.",
        DefaultValueFactory = _ => new EvaluationOptions().UsersMax,
    };

    private static readonly Option<int> s_popular = new("--popular")
    {
        Description = "Items that count as popular for the slice of the others.",
        DefaultValueFactory = _ => new EvaluationOptions().PopularItems,
    };

    private static readonly Option<string?> s_report = new("--report")
    {
        Description = "A folder for the figures (JSON) and their plot (PNG), and with --quantization a page (Markdown).",
        HelpName = "FOLDER",
    };

    public static Command Create() => CommandBuilder.Create(
        "eval",
        "Evaluates a model, its learned similarities first, on each user's held-out interaction, beside popularity and "
        + "item-item cosine; with "
        + "--cold-share on the items that training never saw, beside the cosine of their features too. With "
        + "--quantization searches by codes beside the exact search; with --compare models side by side.",
        [
            s_model, .. DataOptions.All, s_users, s_popular, TrainOptions.Seed, TrainOptions.ColdShare, s_report,
            CommonOptions.Threads, .. QuantizationEval.All, .. CompareEval.All,
        ],
        Run);

    private static int Run(CommandContext context)
    {
        Option[] ofData = [.. DataOptions.All.OfType<Option>(), s_popular, TrainOptions.ColdShare, .. CompareEval.All];
        bool isOfCodes = QuantizationEval.IsWanted(context, ofData);
        bool compares = CompareEval.IsWanted(context);
        string? first = context.Parsed.GetValue(s_model);
        string modelPath = compares ? string.Empty : FileCheck.Existing(
            "The model", first ?? throw new ArgumentException("Expected a model file or --compare; found neither."));
        string? folder = FileCheck.FolderOrNull(s_report.Name, context.Find(s_report));
        if (isOfCodes)
        {
            return QuantizationEval.Run(context, modelPath, s_users, context.Get(TrainOptions.Seed), folder);
        }

        long seed = context.Get(TrainOptions.Seed);
        double coldShare = context.Get(TrainOptions.ColdShare);
        var options = new EvaluationOptions
        {
            HeldOut = coldShare > 0 ? HeldOut.Cold : HeldOut.Test,
            UsersMax = context.Get(s_users),
            PopularItems = context.Get(s_popular),
            Seed = seed,
        };
        if (compares)
        {
            return CompareEval.Run(context, first, options, coldShare, folder);
        }

        return RunOne(context, modelPath, options, coldShare, folder);
    }

    private static int RunOne(
        CommandContext context, string modelPath, EvaluationOptions options, double coldShare, string? folder)
    {
        var report = new ReadReport();
        DataSet source = DataOptions.Open(context, report);
        using LoadedModel model = ModelReader.Open(modelPath);
        EvaluationReport evaluation = context.Progress.Status().Start("reading", status =>
        {
            InteractionDataset data = source.Read(
                options.Seed, coldShare, text => status.Status = text, context.Cancellation);
            status.Status = "ranking all items for each user";
            using var scorers = ModelFileScorers.Open(
                Path.GetFileNameWithoutExtension(model.Path),
                model,
                data,
                CommonOptions.ThreadCount(context),
                OnnxQueryTower.Find);
            if (!scorers.HasQueryTower)
            {
                throw new ArgumentException(
                    $"Expected a model with a query tower; {Path.GetFileName(model.Path)} has none "
                    + "(--compare takes it).");
            }

            IScorer[] baselines = coldShare > 0 ? Evaluator.ColdBaselines(data) : Evaluator.Baselines(data);
            IEnumerable<IScorer> similarities = scorers.Similarities.Select(system => system.Scorer);
            bool isAlone = scorers.Embeddings.Count == 1;
            IEnumerable<IScorer> towers = scorers.Embeddings.Select(system => new NamedScorer(
                isAlone ? scorers.Name : $"{scorers.Name}, {system.Name}", system.Scorer));
            return Evaluator.Run(data, [.. similarities, .. towers, .. baselines], options);
        });
        ReadReportView.Write(context.Progress, report);
        Write(context, evaluation, folder);
        return ExitCode.Success;
    }

    private static void Write(CommandContext context, EvaluationReport evaluation, string? folder)
    {
        if (context.IsJson)
        {
            context.WriteJson(evaluation);
        }
        else
        {
            EvaluationView.Write(context.Console, evaluation);
        }

        if (folder is not null)
        {
            File.WriteAllText(Path.Combine(folder, "evaluation.json"), evaluation.ToJson());
            Plots.Evaluation(evaluation, Path.Combine(folder, "evaluation.png"));
        }
    }
}

using System.CommandLine;
using Linr.Cli.Data;
using Linr.Cli.Terminal;
using Linr.Cli.Training;
using Linr.Formats;
using Linr.Index.ModelFiles;
using Linr.Training;
using Linr.Training.Data;
using Linr.Training.Evaluation;
using Linr.Training.Rankers;
using Linr.Training.Similarities;
using Spectre.Console;

namespace Linr.Cli.Commands;

/// <summary>`linr eval`: a model beside the baselines, on held-out interactions.</summary>
internal static class EvalCommand
{
    private static readonly Argument<string> s_model = CommonOptions.Model("The model to evaluate, trained on the same data.");

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
        "Evaluates a model, its rankers and learned similarities first, on each user's held-out interaction, beside popularity and "
        + "item-item cosine; with "
        + "--cold-share on the items that training never saw, beside the cosine of their features too. With "
        + "--quantization searches by codes beside the exact search.",
        [
            s_model, .. DataOptions.All, s_users, s_popular, TrainOptions.Seed, TrainOptions.ColdShare, s_report,
            CommonOptions.Threads, .. QuantizationEval.All,
        ],
        Run);

    private static int Run(CommandContext context)
    {
        Option[] ofData = [.. DataOptions.All.OfType<Option>(), s_popular, TrainOptions.ColdShare];
        bool isOfCodes = QuantizationEval.IsWanted(context, ofData);
        string modelPath = CommonOptions.ModelPath(context, s_model);
        string? folder = FileCheck.FolderOrNull(s_report.Name, context.Find(s_report));
        if (isOfCodes)
        {
            return QuantizationEval.Run(context, modelPath, s_users, context.Get(TrainOptions.Seed), folder);
        }

        var report = new ReadReport();
        DataSet source = DataOptions.Open(context, report);
        long seed = context.Get(TrainOptions.Seed);
        double coldShare = context.Get(TrainOptions.ColdShare);
        var options = new EvaluationOptions
        {
            HeldOut = coldShare > 0 ? HeldOut.Cold : HeldOut.Test,
            UsersMax = context.Get(s_users),
            PopularItems = context.Get(s_popular),
            Seed = seed,
        };
        using LoadedModel model = ModelReader.Open(modelPath);
        EvaluationReport evaluation = context.Progress.Status().Start("reading", status =>
        {
            InteractionDataset data = source.Read(seed, coldShare, text => status.Status = text, context.Cancellation);
            status.Status = "ranking all items for each user";
            IScorer scorer = ModelFileScorer.Create(Path.GetFileNameWithoutExtension(model.Path), model, data);
            IReadOnlyList<SimilarityScorer> similarities =
                ModelFileScorer.CreateSimilarities(model, data, CommonOptions.ThreadCount(context));
            IReadOnlyList<IScorer> baselines = coldShare > 0 ? Evaluator.ColdBaselines(data) : Evaluator.Baselines(data);
            IReadOnlyList<RankerScorer> rankers = RankerFileScorer.CreateAll(model, data, scorer);
            EvaluationReport found =
                Evaluator.Run(data, [.. rankers, .. similarities, scorer, .. baselines], options) with
                {
                    Tasks = RankerFileScorer.Tasks(model, data, rankers, options),
                };
            foreach (RankerScorer ranker in rankers)
            {
                ranker.Dispose();
            }

            foreach (SimilarityScorer similarity in similarities)
            {
                similarity.Dispose();
            }

            return found;
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

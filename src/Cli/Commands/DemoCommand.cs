using System.CommandLine;
using System.Globalization;
using Linr.Cli.Data;
using Linr.Cli.Demo;
using Linr.Cli.Terminal;
using Linr.Cli.Training;
using Linr.Engine;
using Linr.Formats;
using Linr.Training;
using Linr.Training.Data;
using Linr.Training.Evaluation;
using Spectre.Console;

namespace Linr.Cli.Commands;

/// <summary>`linr demo`: the main job end to end: train, evaluate, search.</summary>
internal static class DemoCommand
{
    private static readonly Option<string?> s_data = new("--data")
    {
        Description = "A MovieLens folder, or one that import wrote; the Debian extract of the repository unless given.",
        HelpName = "FOLDER",
    };

    private static readonly Option<bool> s_fromApt = new("--from-apt")
    {
        Description = "The Debian packages that this machine's apt knows (run apt-get update first).",
    };

    private static readonly Option<string> s_out = new("--out", "-o")
    {
        Description = "The folder for the model, the figures and the plots.",
        DefaultValueFactory = _ => Path.Combine("out", "demo"),
        HelpName = "FOLDER",
    };

    public static Command Create() => CommandBuilder.Create(
        "demo",
        "Trains on real data, evaluates, and searches: the main job end to end, on the CPU.",
        [s_data, s_fromApt, .. TrainOptions.All, s_out],
        Run);

    private static int Run(CommandContext context)
    {
        TrainingOptions options = TrainOptions.ReadForDemo(context);
        options.Validate();
        string folder = FileCheck.Folder(s_out.Name, context.Get(s_out));
        var report = new ReadReport();
        DataSet source = DemoData.Open(context.Find(s_data), context.Get(s_fromApt), report);
        IAnsiConsole console = context.IsJson ? context.Progress : context.Console;
        InteractionDataset data = context.Progress.Status().Start(
            "reading",
            status => source.Read(options.Seed, coldShare: 0, text => status.Status = text, context.Cancellation));
        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"[bold]{source.Name}[/]: {data.Catalogue.Count:N0} items, {data.UserCount:N0} users, {data.InteractionCount:N0} interactions");
        string path = Path.Combine(folder, "model.linr");
        EvaluationReport evaluation;
        using (TrainedModel model = TrainingView.Run(data, options, context.Progress, context.Cancellation))
        {
            evaluation = context.Progress.Status().Start(
                "ranking all items for each user",
                _ => Evaluator.Run(data, [model.ToScorer(), .. Evaluator.Baselines(data)]));
            ModelExporter.Write(model, path, version: "demo");
            File.WriteAllText(Path.Combine(folder, "run.json"), model.Run.ToJson());
            File.WriteAllText(Path.Combine(folder, "evaluation.json"), evaluation.ToJson());
            Plots.Training(model.Run, Path.Combine(folder, "training.png"));
            Plots.Evaluation(evaluation, Path.Combine(folder, "evaluation.png"));
        }

        EvaluationView.Write(console, evaluation);
        using Retriever retriever = Retriever.Open(path, new RetrieverOptions());
        IReadOnlyList<DemoSearch> searches = DemoSearches.For(retriever, data);
        if (context.IsJson)
        {
            context.WriteJson(new
            {
                model = path,
                evaluation,
                searches = searches.Select(search => new { search.Title, search.Command, response = retriever.Search(search.Request) }),
            });
        }
        else
        {
            Show(console, retriever, path, searches);
        }

        return ExitCode.Success;
    }

    private static void Show(IAnsiConsole console, Retriever retriever, string path, IReadOnlyList<DemoSearch> searches)
    {
        foreach (DemoSearch search in searches)
        {
            console.WriteLine();
            console.Write(new Rule(Markup.Escape(search.Title)) { Justification = Justify.Left });
            console.MarkupLineInterpolated($"[grey]linr query {path} {search.Command}[/]");
            SearchReport.Write(console, retriever.Search(search.Request), search.Request.Fields);
        }

        console.WriteLine();
        console.MarkupLineInterpolated($"The model, the plots and the figures are in [bold]{Path.GetDirectoryName(path)}[/].");
    }
}

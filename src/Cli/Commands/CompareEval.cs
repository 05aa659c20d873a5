using System.CommandLine;
using System.Globalization;
using Linr.Cli.Data;
using Linr.Cli.Terminal;
using Linr.Cli.Training;
using Linr.Formats;
using Linr.Index.ModelFiles;
using Linr.Onnx;
using Linr.Training;
using Linr.Training.Data;
using Linr.Training.Evaluation;
using Linr.Training.Evaluation.Comparison;
using Spectre.Console;

namespace Linr.Cli.Commands;

/// <summary>`linr eval --compare`: models side by side, on the same held-out interactions.</summary>
internal static class CompareEval
{
    private static readonly Option<string[]> s_compare = new("--compare")
    {
        Description = "Models to compare with the first one named: all systems of each, on the same users, with paired "
            + "intervals of the differences. A model without a query tower is asked for the mean of a history's items.",
        HelpName = "FILE.linr",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string> s_at = new("--at")
    {
        Description = "With --compare: the hit rates to report.",
        HelpName = "10,50,200",
        DefaultValueFactory = _ => string.Join(',', new ComparisonOptions().At),
    };

    private static readonly Option<string[]> s_slices = new("--slice")
    {
        Description = "With --compare: a filter over the first model's attributes, such as \"genres = 'Comedy'\"; "
            + "users whose item passes, ranked among all items and among those that pass. May be given several times.",
        HelpName = "FILTER",
    };

    private static readonly Option<int> s_coldHistory = new("--cold-history")
    {
        Description = "With --compare: a query is cold that has so many items in its history at most.",
        DefaultValueFactory = _ => new ComparisonOptions().ColdHistory,
    };

    private static readonly Option<int> s_coldInteractions = new("--cold-interactions")
    {
        Description = "With --compare: an item is cold that has so many training interactions at most.",
        DefaultValueFactory = _ => new ComparisonOptions().ColdInteractions,
    };

    /// <summary>The options that only comparisons have.</summary>
    public static IReadOnlyList<Option> All { get; } = [s_compare, s_at, s_slices, s_coldHistory, s_coldInteractions];

    /// <summary>Whether the command line asks for a comparison.</summary>
    /// <exception cref="ArgumentException">It has options of one without <c>--compare</c>.</exception>
    public static bool IsWanted(CommandContext context)
    {
        bool isWanted = context.Has(s_compare);
        return isWanted || All.FirstOrDefault(context.Has) is not { } stray
            ? isWanted
            : throw new ArgumentException($"{stray.Name}: expected {s_compare.Name} with it; found none.");
    }

    /// <summary>Compares, shows, and writes into a folder if there is one.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="first">The model named before the others, or null.</param>
    /// <param name="evaluation">What comparisons share with evaluations.</param>
    /// <param name="coldShare">`--cold-share`.</param>
    /// <param name="folder">Where the report goes; null for nowhere.</param>
    public static int Run(
        CommandContext context, string? first, EvaluationOptions evaluation, double coldShare, string? folder)
    {
        string[] paths = [.. (first is null ? [] : (string[])[first]).Concat(context.Find(s_compare) ?? [])
            .Select(path => FileCheck.Existing("A model", path))];
        if (paths.Length < 2)
        {
            throw new ArgumentException(
                $"{s_compare.Name}: expected two models or more; found {(paths.Length == 0 ? "none" : paths[0])}.");
        }

        ComparisonOptions options = Options(context, evaluation);
        var report = new ReadReport();
        DataSet source = DataOptions.Open(context, report);
        InteractionDataset data = context.Progress.Status().Start("reading", status => source.Read(
            evaluation.Seed, coldShare, text => status.Status = text, context.Cancellation));
        ComparisonReport found = Compare(context, paths, data, options);
        ReadReportView.Write(context.Progress, report);
        Write(context, found, folder);
        return ExitCode.Success;
    }

    private static ComparisonReport Compare(
        CommandContext context, string[] paths, InteractionDataset data, ComparisonOptions options)
    {
        var models = new List<LoadedModel>();
        var scorers = new List<ModelFileScorers>();
        try
        {
            string[] names = Names(paths);
            for (int place = 0; place < paths.Length; place++)
            {
                models.Add(ModelReader.Open(paths[place]));
                scorers.Add(ModelFileScorers.Open(
                    names[place], models[place], data, CommonOptions.ThreadCount(context), OnnxQueryTower.Find));
            }

            options = options with
            {
                Filters =
                [
                    .. (context.Find(s_slices) ?? []).Select(
                        text => FilterSlice.Of(text, models[0].Items, data.Catalogue)),
                ],
            };
            return context.Progress.Progress().AutoClear(true).Columns(
                new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .Start(bars =>
                {
                    ProgressTask bar = bars.AddTask("ranking");
                    return Comparer.Run(
                        data,
                        [.. scorers.Select(one => one.ToCompared())],
                        options,
                        progress => Show(bar, progress),
                        context.Cancellation);
                });
        }
        finally
        {
            scorers.ForEach(one => one.Dispose());
            models.ForEach(one => one.Dispose());
        }
    }

    private static void Show(ProgressTask bar, ComparisonProgress progress)
    {
        bar.Description = Markup.Escape(progress.Doing);
        bar.MaxValue = progress.Total;
        bar.Value = progress.Done;
    }

    private static ComparisonOptions Options(CommandContext context, EvaluationOptions evaluation) => new()
    {
        HeldOut = evaluation.HeldOut,
        UsersMax = evaluation.UsersMax,
        PopularItems = evaluation.PopularItems,
        Seed = evaluation.Seed,
        At = [.. context.Get(s_at).Split(',').Select(ReadAt)],
        ColdHistory = context.Get(s_coldHistory),
        ColdInteractions = context.Get(s_coldInteractions),
    };

    private static int ReadAt(string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int k)
            ? k
            : throw new ArgumentException(
                $"{s_at.Name}: expected numbers with commas, such as 10,50,200; found \"{text}\".");

    // File names, numbered where two are the same: results never name a machine's folders.
    private static string[] Names(string[] paths)
    {
        string[] names = [.. paths.Select(path => Path.GetFileNameWithoutExtension(path))];
        return [.. names.Select((name, place) => names.Count(one => one == name) == 1
            ? name
            : string.Create(CultureInfo.InvariantCulture, $"{name} ({place + 1})"))];
    }

    private static void Write(CommandContext context, ComparisonReport report, string? folder)
    {
        if (context.IsJson)
        {
            context.WriteJson(report);
        }
        else
        {
            ComparisonView.Write(context.Console, report);
        }

        if (folder is not null)
        {
            File.WriteAllText(Path.Combine(folder, "comparison.json"), report.ToJson());
            ComparisonPlots.Metrics(report, Path.Combine(folder, "comparison.png"));
            ComparisonPlots.Differences(report, Path.Combine(folder, "differences.png"));
            context.Progress.MarkupLineInterpolated(
                $"[grey]wrote comparison.json, comparison.png and differences.png[/]");
        }
    }
}

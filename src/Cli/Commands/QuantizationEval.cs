using System.CommandLine;
using Linr.Cli.Bench;
using Linr.Cli.Quantization;
using Linr.Cli.Terminal;
using Linr.Engine.Quantization;
using Linr.Index.ModelFiles;
using Spectre.Console;

namespace Linr.Cli.Commands;

/// <summary>`linr eval --quantization`: what searches by codes keep of the exact answers, and what they take.</summary>
internal static class QuantizationEval
{
    private const int QueriesMax = 10_000;

    private static readonly Option<bool> s_quantization = new("--quantization")
    {
        Description = "Instead: the recall and the speed of searches by codes of 64 to 1,024 bits beside the exact "
            + "search; needs no data.",
    };

    private static readonly Option<string?> s_embedding = new("--embedding")
    {
        Description = "With --quantization: the embedding to search by; the model's first unless given.",
        HelpName = "NAME",
    };

    /// <summary>The options that are of this evaluation alone.</summary>
    public static IReadOnlyList<Option> All { get; } = [s_quantization, s_embedding];

    /// <summary>Whether it is asked for.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="others">The options of the evaluation on data alone.</param>
    /// <exception cref="ArgumentException">Options of both are given.</exception>
    public static bool IsWanted(CommandContext context, IEnumerable<Option> others)
    {
        bool isWanted = context.Get(s_quantization);
        if ((isWanted ? others : All).FirstOrDefault(option => option != s_quantization && context.Has(option)) is
            { } stray)
        {
            throw new ArgumentException(isWanted
                ? $"{stray.Name}: expected no {s_quantization.Name} with it; found both."
                : $"{stray.Name}: expected {s_quantization.Name} with it; found none.");
        }

        return isWanted;
    }

    /// <summary>Measures, shows, and writes into a folder if there is one.</summary>
    /// <param name="context">The command line.</param>
    /// <param name="modelPath">The model.</param>
    /// <param name="users">`--users`, the number of queries.</param>
    /// <param name="seed">What the queries are drawn from.</param>
    /// <param name="folder">Where the report goes; null for nowhere.</param>
    public static int Run(CommandContext context, string modelPath, Option<int> users, long seed, string? folder)
    {
        var options = new QuantizationOptions { Seed = seed, ThreadCount = CommonOptions.ThreadCount(context) };
        int queries = context.Has(users) ? context.Get(users) : options.QueryCount;
        if (queries is < 1 or > QueriesMax)
        {
            throw new ArgumentException(
                $"{users.Name}: expected 1 to {QueriesMax} queries with {s_quantization.Name}; found {queries}.");
        }

        using LoadedModel model = ModelReader.Open(modelPath);
        options = options with { QueryCount = queries, Embedding = Embedding(context, model) };
        QuantizationResult result = context.Progress.Progress().AutoClear(true).Start(bars =>
        {
            ProgressTask bar = bars.AddTask(
                FormattableString.Invariant($"{queries:N0} queries, {options.ThreadCount} threads"), maxValue: 1);
            using var bench = new QuantizationBench(model.Items, options);
            return bench.Run(new BarProgress(bar), context.Cancellation);
        });
        Write(context, folder, new QuantizationReport(
            Path.GetFileNameWithoutExtension(modelPath),
            BenchMachine.This,
            BenchMachine.Commit(),
            context.CommandLine,
            result));
        return ExitCode.Success;
    }

    private static string? Embedding(CommandContext context, LoadedModel model)
    {
        string? name = context.Find(s_embedding);
        string known = string.Join(", ", model.Items.Embeddings.Select(one => one.Schema.Name));
        return name is null || model.Items.FindEmbedding(name) is not null
            ? name
            : throw new ArgumentException($"{s_embedding.Name}: expected one of {known}; found \"{name}\".");
    }

    private static void Write(CommandContext context, string? folder, QuantizationReport report)
    {
        if (context.IsJson)
        {
            context.WriteJson(report);
        }
        else
        {
            QuantizationView.Write(context.Console, report);
        }

        if (folder is not null)
        {
            QuantizationFiles.Write(folder, report);
            string name = Path.Combine(folder, report.FileName);
            context.Progress.MarkupLineInterpolated($"[grey]wrote {name}.json, .md and .png[/]");
        }
    }
}

using System.CommandLine;
using System.Globalization;
using Linr.Cli.Bench;
using Linr.Cli.Terminal;
using Linr.Engine.Bench;
using Linr.Kernels;
using Spectre.Console;

namespace Linr.Cli.Commands;

/// <summary>`linr bench`: this machine's limits, and the scans beside them.</summary>
internal static class BenchCommand
{
    private static readonly Option<long> s_rows =
        new("--rows") { Description = "Items.", DefaultValueFactory = _ => 1_000_000 };

    private static readonly Option<int> s_dim =
        new("--dim") { Description = "Width of the embedding.", DefaultValueFactory = _ => 128 };

    private static readonly Option<int> s_passes = new("--passes")
    {
        Description = "Passes; each measures the limits and then every case once. Medians are reported.",
        DefaultValueFactory = _ => 7,
    };

    private static readonly Option<bool> s_quick = new("--quick")
    {
        Description = "No searches with a filter: about 1 minute on one thread instead of 3, at the default sizes.",
    };

    private static readonly Option<long> s_filterRows = new("--filter-rows")
    {
        Description = "Rows over which filters are timed by themselves, on one thread.",
        DefaultValueFactory = _ => 15_500_000,
    };

    private static readonly Option<string?> s_peer = new("--peer")
    {
        Description =
            "A script that times a peer on the same shape in the same run, such as bench/peers/faiss_scan.py, which "
            + "takes 3 minutes more.",
        HelpName = "SCRIPT",
    };

    private static readonly Option<string?> s_out = new("--out", "-o")
    {
        Description = "A folder for the figures (bench.json), a page of them (bench.md) and plots (PNG).",
        HelpName = "FOLDER",
    };

    private static readonly Option<int> s_seed =
        new("--seed") { Description = "What the data are drawn from.", DefaultValueFactory = _ => 1 };

    public static Command Create() => CommandBuilder.Create(
        "bench",
        "Measures this machine's memory bandwidth and multiply-add peak, then Linr's exact scans as shares of them, "
        + "and its filters. Takes about 3 minutes on one thread, and 2 GB of memory.",
        [s_rows, s_dim, s_filterRows, s_passes, s_quick, s_peer, s_out, s_seed, CommonOptions.Threads],
        Run);

    private static int Run(CommandContext context)
    {
        int dim = (int)Within(context.Get(s_dim), "--dim", 1, Limits.DimMax);
        long rowsMin = (MachineLimits.ReadBytesMin / (dim * sizeof(float))) + 1;
        long rows = Within(context.Get(s_rows), "--rows", rowsMin, Limits.RowsMax);
        long filterRows = Within(context.Get(s_filterRows), "--filter-rows", 1, Limits.RowsMax);
        int passes = (int)Within(context.Get(s_passes), "--passes", 1, 1_000);
        int threads = CommonOptions.ThreadCount(context);
        string? folder = FileCheck.FolderOrNull(s_out.Name, context.Find(s_out));
        string? script = FileCheck.ExistingOrNull(s_peer.Name, context.Find(s_peer));
        Progress progress = context.Progress.Progress().AutoClear(true);
        (ScanBenchResult scans, IReadOnlyList<CopyFigure> copies, FilterBenchResult filters) = progress.Start(bars =>
        {
            ProgressTask rowsBar = bars.AddTask(Invariant($"{rows:N0} x {dim} random rows"), maxValue: 1);
            ProgressTask scanBar = bars.AddTask(Invariant($"scans, {threads} threads"), maxValue: 1);
            ProgressTask copyBar = bars.AddTask("exact by way of copies", maxValue: 1);
            ProgressTask filterBar = bars.AddTask(Invariant($"filters over {filterRows:N0} rows"), maxValue: 1);
            rowsBar.IsIndeterminate = true;
            using var bench = new ScanBench(rows, dim, threads, context.Get(s_seed));
            rowsBar.IsIndeterminate = false;
            rowsBar.Value = 1;
            return (
                bench.Run(
                    BenchCases.Of(context.Get(s_quick)), passes, new BarProgress(scanBar), context.Cancellation),
                bench.RunCopies(passes, new BarProgress(copyBar), context.Cancellation),
                bench.RunFilters(filterRows, passes, new BarProgress(filterBar), context.Cancellation));
        });
        PeerResult? peer = script is null ? null : context.Progress.Status().Start(
            script, _ => PeerScript.Run(script, rows, dim, threads, passes, context));
        var report = new BenchReport(
            BenchMachine.This, BenchMachine.Commit(), context.CommandLine, passes, scans, copies, filters, peer);
        if (context.IsJson)
        {
            context.WriteJson(report);
        }
        else
        {
            BenchTables.Write(context.Console, report);
        }

        if (folder is not null)
        {
            BenchFiles.Write(folder, report);
            context.Progress.MarkupLineInterpolated(
                CultureInfo.InvariantCulture, $"[grey]wrote {folder}/bench.json, bench.md and plots[/]");
        }

        return ExitCode.Success;
    }

    private static long Within(long value, string option, long min, long max)
        => value >= min && value <= max
            ? value
            : throw new ArgumentException($"{option}: expected {min} to {max}; found {value}.");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}

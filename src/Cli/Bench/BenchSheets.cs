using Linr.Engine.Bench;
using Linr.Kernels.Scan;

namespace Linr.Cli.Bench;

/// <summary>What of a benchmark a person reads, as tables.</summary>
internal static class BenchSheets
{
    private static readonly string[] s_peerColumns = ["peer ms", "peer / ours"];

    public static IEnumerable<BenchSheet> Of(BenchReport report)
    {
        ILookup<bool, ScanFigure> figures =
            report.Scans.Figures.ToLookup(figure => figure.Case.Filter == CaseFilter.None);
        yield return Plain([.. figures[true].Where(figure => figure.Case.Element != RowElement.SignCode)], report.Peer);
        yield return Codes([.. figures[true].Where(figure => figure.Case.Element == RowElement.SignCode)]);
        yield return Copies(report.Copies, Shape(figures[true].First()));
        if (figures[false].Any())
        {
            yield return Filtered([.. figures[false]], report.Peer);
        }

        yield return Filters(report.Filters);
        yield return Goals(report.Goals);
    }

    /// <summary>The machine's limits, in a sentence.</summary>
    public static string Limits(BenchReport report)
    {
        ScanBenchResult scans = report.Scans;
        string read = Text($"memory read {scans.ReadGigabytesPerSecond:F1} GB/s");
        string peak = Text($"multiply-add {scans.MultiplyAddGigaflopsPerSecond:F0} GFLOP/s");
        string machine = Text($"Limits of this machine, {scans.ThreadCount} threads, {report.Machine.InstructionSet}");
        return $"{machine}: {read}, {peak} (medians of the same run)";
    }

    /// <summary>How many rows of which width.</summary>
    public static string Shape(ScanFigure figure) => Text($"{figure.RowCount:N0} x {figure.Dim}");

    /// <summary>What a row's numbers are.</summary>
    public static string Name(RowElement element) => element switch
    {
        RowElement.Float32 => "fp32",
        RowElement.Int8 => "int8",
        RowElement.SignCode => "codes",
        _ => "fp16",
    };

    /// <summary>What filters the rows.</summary>
    public static string Name(ScanCase scan) => scan.Filter switch
    {
        CaseFilter.None => "no filter",
        CaseFilter.Clauses => Text($"two clauses, {scan.PassRate * 100:0.###} %"),
        CaseFilter.WorstRows => Text($"two clauses, worst {scan.PassRate * 100:0.###} %"),
        CaseFilter.AllowConstant => "allow list, prepared",
        CaseFilter.AllowBound => "allow list, bound each time",
        CaseFilter.DenyConstant => "deny list, prepared",
        _ => "deny list, bound each time",
    };

    private static BenchSheet Plain(IReadOnlyList<ScanFigure> figures, PeerResult? peer) => new(
        $"Searches without a filter, {Shape(figures[0])}",
        1,
        ["rows", "batch", "k", "ms", "of read", "of multiply-add", "/ top 100", "fp32 /", .. PeerColumns(peer)],
        [.. figures.Select(figure => (string[])
        [
            Name(figure.Case.Element),
            Text($"{figure.Case.QueryCount}"),
            Text($"{figure.Case.K}"),
            Text($"{figure.MedianMs:F2}"),
            Text($"{figure.ReadShare * 100:F0} %"),
            Text($"{figure.FlopShare * 100:F0} %"),
            Text($"{figure.OverTop100:F2}"),
            Text($"{figure.SpeedOverFloat32:F2}"),
            .. PeerCells(figure, peer),
        ])]);

    private static BenchSheet Codes(IReadOnlyList<ScanFigure> figures) => new(
        Text($"Codes without a filter, {figures[0].RowCount:N0} of {figures[0].Dim} bits"),
        0,
        ["batch", "k", "ms", "of read"],
        [.. figures.Select(figure => (string[])
        [
            Text($"{figure.Case.QueryCount}"),
            Text($"{figure.Case.K}"),
            Text($"{figure.MedianMs:F2}"),
            Text($"{figure.ReadShare * 100:F0} %"),
        ])]);

    private static BenchSheet Copies(IReadOnlyList<CopyFigure> figures, string shape) => new(
        $"Exact answers of fp32 rows by way of an int8 copy, {shape}",
        0,
        ["batch", "k", "rows ms", "by copy ms", "as fast", "rows looked at a query"],
        [.. figures.Select(figure => (string[])
        [
            Text($"{figure.QueryCount}"),
            Text($"{figure.K}"),
            Text($"{figure.RowsMs:F2}"),
            Text($"{figure.CopyMs:F2}"),
            Text($"{figure.Speed:F2}"),
            Text($"{figure.CandidatesMean:F0}"),
        ])]);

    private static BenchSheet Filtered(IReadOnlyList<ScanFigure> figures, PeerResult? peer) => new(
        $"Searches with a filter, {Shape(figures[0])} fp32",
        1,
        ["filter", "rows passed", "batch", "k", "ms", "/ unfiltered", .. PeerColumns(peer)],
        [.. figures.Select(figure => (string[])
        [
            Name(figure.Case),
            Text($"{figure.RowsPassed:N0}"),
            Text($"{figure.Case.QueryCount}"),
            Text($"{figure.Case.K}"),
            Text($"{figure.MedianMs:F2}"),
            Text($"{figure.OverUnfiltered:F2}"),
            .. PeerCells(figure, peer),
        ])]);

    private static BenchSheet Filters(FilterBenchResult filters) => new(
        Text($"Filters of {filters.Figures[0].RowCount:N0} rows, 1 thread ({filters.ReadGigabytesPerSecond:F1} GB/s)"),
        1,
        ["filter", "MB", "ms", "GB/s", "of read", "allowed ms"],
        [.. filters.Figures.Select(figure => (string[])
        [
            figure.Name,
            Text($"{figure.Bytes / 1e6:F1}"),
            Text($"{figure.MedianMs:F2}"),
            Text($"{figure.GigabytesPerSecond:F1}"),
            Text($"{figure.ReadShare * 100:F0} %"),
            Text($"{figure.GoalMs:F2}"),
        ])]);

    private static BenchSheet Goals(IReadOnlyList<BenchGoal> goals) => new(
        "Goals, set for 1,000,000 x 128",
        1,
        ["goal", "at", "found", "reached"],
        [.. goals.Select(goal => (string[])
        [
            goal.Name,
            Text($"{(goal.IsMost ? "most" : "least")} {goal.Goal:0.##} {goal.Unit}"),
            Text($"{goal.Found:0.##} {goal.Unit}"),
            goal.Reached ? "yes" : "no",
        ])]);

    private static string[] PeerColumns(PeerResult? peer) => peer is null ? [] : s_peerColumns;

    private static string[] PeerCells(ScanFigure figure, PeerResult? peer)
        => peer is null ? []
            : Find(peer, figure.Case) is { } found
                ? [Text($"{found.MedianMs:F2}"), Text($"{found.MedianMs / figure.MedianMs:F2}")]
                : [string.Empty, string.Empty];

    /// <summary>The peer's fastest setting for a case, or null.</summary>
    private static PeerFigure? Find(PeerResult peer, ScanCase scan)
    {
        bool isComparable = scan is { Element: RowElement.Float32, Filter: CaseFilter.None }
            or { Element: RowElement.Float32, Filter: CaseFilter.Clauses, PassRate: < 1 };
        return peer.Figures
            .Where(one => isComparable && one.Batch == scan.QueryCount && one.K == scan.K)
            .Where(one => one.PassRate == scan.PassRate)
            .MinBy(one => one.MedianMs);
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}

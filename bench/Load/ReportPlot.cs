using ScottPlot;

namespace Linr.Bench.Load;

/// <summary>Draws milliseconds over the rate, the times on a logarithmic axis.</summary>
internal static class ReportPlot
{
    private const int WidthPixels = 1_000;
    private const int HeightPixels = 560;

    public static void Write(string path, LoadReport report)
    {
        using var plot = new Plot();
        plot.Title($"Searches of {report.Items:N0} items by {report.Clients} clients", size: 16);
        plot.XLabel("searches due a second");
        plot.YLabel("ms (log scale)");
        Add(plot, "p50", report, one => one.P50Ms);
        Add(plot, "p95", report, one => one.P95Ms);
        Add(plot, "p99", report, one => one.P99Ms);
        Add(plot, "max", report, one => one.MaxMs);
        var goal = plot.Add.HorizontalLine(Math.Log2(LoadOptions.P99GoalMs), 1, Colors.Gray, LinePattern.Dashed);
        goal.LegendText = "goal of p99";
        double[] ticks = [0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500];
        plot.Axes.Left.SetTicks(
            [.. ticks.Select(tick => Math.Log2(tick))],
            [.. ticks.Select(tick => FormattableString.Invariant($"{tick}"))]);
        plot.ShowLegend(Edge.Right);
        plot.SavePng(path, WidthPixels, HeightPixels);
    }

    private static void Add(Plot plot, string name, LoadReport report, Func<StageFigure, double> of)
    {
        var line = plot.Add.Scatter(
            report.Stages.Select(one => one.Rate!.Value).ToArray(),
            report.Stages.Select(one => Math.Log2(of(one))).ToArray());
        line.LegendText = name;
        line.LineWidth = 2;
    }
}

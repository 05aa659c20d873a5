using System.Text.Json;
using Linr.Cli.Terminal;
using Linr.Engine.Bench;
using ScottPlot;

namespace Linr.Cli.Bench;

/// <summary>Writes a benchmark's figures as JSON and plots.</summary>
internal static class BenchFiles
{
    private const int WidthPixels = 800;
    private const int HeightPixels = 480;

    public static void Write(string folder, BenchReport report)
    {
        File.WriteAllText(Path.Combine(folder, "bench.json"), JsonSerializer.Serialize(report, JsonOutput.Options));
        Plot(
            report,
            "Share of the measured read bandwidth",
            figure => figure.ReadShare,
            Path.Combine(folder, "read-share.png"));
        Plot(
            report,
            "Share of the measured multiply-add peak",
            figure => figure.FlopShare,
            Path.Combine(folder, "flop-share.png"));
        Plot(
            report,
            "Milliseconds a search (batch)",
            figure => figure.MedianMs,
            Path.Combine(folder, "time.png"),
            peer: true);
    }

    private static void Plot(
        BenchReport report, string title, Func<ScanFigure, double> value, string path, bool peer = false)
    {
        using var plot = new Plot();
        ScanFigure first = report.Scans.Figures[0];
        plot.Title(FormattableString.Invariant(
            $"{title}: {BenchTables.Shape(first)}, {report.Scans.ThreadCount} threads, {report.InstructionSet}"));
        plot.XLabel("batch (log scale)");
        IEnumerable<ScanFigure> plain = report.Scans.Figures.Where(
            figure => !figure.Case.IsAdverse && figure.Case.K == 100);
        foreach (var line in plain.GroupBy(figure => (figure.Case.Element, figure.Case.PassRate)))
        {
            Add(
                plot,
                FormattableString.Invariant(
                    $"{BenchTables.Name(line.Key.Element)}, {line.Key.PassRate * 100:0.###} % pass"),
                line.Select(figure => (figure.Case.QueryCount, value(figure))));
        }

        if (peer && report.Peer is { } found)
        {
            var best = found.Figures.Where(figure => figure is { K: 100, PassRate: 1 })
                .GroupBy(figure => figure.Batch)
                .Select(group => (group.Key, group.Min(figure => figure.MedianMs)));
            Add(plot, found.Name, best);
        }

        int[] batches = [.. plain.Select(figure => figure.Case.QueryCount).Distinct()];
        plot.Axes.Bottom.SetTicks(
            [.. batches.Select(batch => Math.Log2(batch))],
            [.. batches.Select(batch => FormattableString.Invariant($"{batch}"))]);
        plot.Axes.SetLimitsY(0, Math.Max(1, plain.Max(value)) * 1.1);
        plot.ShowLegend(Alignment.UpperLeft);
        plot.SavePng(path, WidthPixels, HeightPixels);
    }

    private static void Add(Plot plot, string name, IEnumerable<(int Batch, double Value)> points)
    {
        (int Batch, double Value)[] ordered = [.. points.OrderBy(point => point.Batch)];
        var line = plot.Add.Scatter(
            ordered.Select(point => Math.Log2(point.Batch)).ToArray(), ordered.Select(point => point.Value).ToArray());
        line.LegendText = name;
        line.LineWidth = 2;
    }
}

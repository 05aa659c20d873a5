using Linr.Engine.Bench;
using Linr.Kernels.Scan;
using ScottPlot;

namespace Linr.Cli.Bench;

/// <summary>Draws a benchmark.</summary>
internal static class BenchPlots
{
    private const int WidthPixels = 800;
    private const int HeightPixels = 480;
    private const int PlotK = 100;

    /// <summary>Writes a PNG a plot into a folder.</summary>
    public static void Write(string folder, BenchReport report)
    {
        ByBatch(report, "Share of read bandwidth", figure => figure.ReadShare, folder, "read-share.png");
        ByBatch(report, "Share of multiply-add peak", figure => figure.FlopShare, folder, "flop-share.png");
        ByBatch(report, "Milliseconds a search", figure => figure.MedianMs, folder, "time.png", Peer(report));
        if (report.Scans.Figures.Any(figure => figure.Case.Filter == CaseFilter.Clauses))
        {
            ByPassRate(report, Path.Combine(folder, "filter-ratio.png"));
        }
    }

    private static void ByBatch(
        BenchReport report,
        string title,
        Func<ScanFigure, double> value,
        string folder,
        string file,
        params IEnumerable<Curve> more)
    {
        ScanFigure[] plain = [.. Top(report).Where(figure => figure.Case.Filter == CaseFilter.None)];
        IEnumerable<Curve> curves = plain.GroupBy(figure => figure.Case.Element).Select(line => new Curve(
            BenchSheets.Name(line.Key),
            [.. line.Select(figure => (Math.Log2(figure.Case.QueryCount), value(figure)))]));
        Draw(
            Title(report, title),
            "batch (log scale)",
            [.. curves.OrderByDescending(curve => curve.Name, StringComparer.Ordinal), .. more],
            [.. plain.Select(figure => figure.Case.QueryCount).Distinct()
                .Select(batch => (Math.Log2(batch), FormattableString.Invariant($"{batch}")))],
            Path.Combine(folder, file));
    }

    private static void ByPassRate(BenchReport report, string path)
    {
        IEnumerable<Curve> curves = Top(report).Where(figure => figure.Case.Filter == CaseFilter.Clauses)
            .GroupBy(figure => figure.Case.QueryCount)
            .Select(line => new Curve(
                FormattableString.Invariant($"batch {line.Key}"),
                [.. line.Select(figure => (Math.Log10(figure.Case.PassRate), figure.OverUnfiltered!.Value))]));
        Draw(
            Title(report, "Filtered time / unfiltered time"),
            "rows that pass two clauses (log scale)",
            [.. curves],
            [.. FilterColumns.PassRates.Select(
                rate => (Math.Log10(rate), FormattableString.Invariant($"{rate * 100:0.###} %")))],
            path);
    }

    private static IEnumerable<ScanFigure> Top(BenchReport report)
        => report.Scans.Figures.Where(figure => figure.Case.K == PlotK && figure.Case.Element != RowElement.SignCode);

    private static IEnumerable<Curve> Peer(BenchReport report)
    {
        if (report.Peer is { } peer)
        {
            yield return new Curve(
                peer.Name.Split('(')[0],
                [.. peer.Figures.Where(figure => figure is { K: PlotK, PassRate: 1 })
                    .GroupBy(figure => figure.Batch)
                    .Select(group => (Math.Log2(group.Key), group.Min(figure => figure.MedianMs)))]);
        }
    }

    private static string Title(BenchReport report, string what) => FormattableString.Invariant(
        $"{what}: {BenchSheets.Shape(report.Scans.Figures[0])}, top {PlotK}, {report.Scans.ThreadCount} threads, ")
        + report.Machine.InstructionSet;

    private static void Draw(
        string title, string across, IReadOnlyList<Curve> curves, (double Place, string Label)[] ticks, string path)
    {
        using var plot = new Plot();
        plot.Title(title, size: 16);
        plot.XLabel(across);
        foreach (Curve curve in curves)
        {
            (double X, double Y)[] points = [.. curve.Points.OrderBy(point => point.X)];
            var line = plot.Add.Scatter(
                points.Select(point => point.X).ToArray(), points.Select(point => point.Y).ToArray());
            line.LegendText = curve.Name;
            line.LineWidth = 2;
        }

        plot.Axes.Bottom.SetTicks([.. ticks.Select(tick => tick.Place)], [.. ticks.Select(tick => tick.Label)]);
        plot.Axes.SetLimitsY(0, Math.Max(1, curves.SelectMany(curve => curve.Points).Max(point => point.Y)) * 1.1);
        plot.ShowLegend(Alignment.UpperLeft);
        plot.SavePng(path, WidthPixels, HeightPixels);
    }

    private sealed record Curve(string Name, IReadOnlyList<(double X, double Y)> Points);
}

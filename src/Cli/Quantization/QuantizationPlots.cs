using Linr.Engine.Quantization;
using ScottPlot;
using ScottPlot.MultiplotLayouts;

namespace Linr.Cli.Quantization;

/// <summary>Draws a report: a row of plots a kind of query, of recall by K and of speed, against bits.</summary>
internal static class QuantizationPlots
{
    private const int PlotWidthPixels = 400;
    private const int PlotHeightPixels = 340;

    /// <summary>Writes one PNG of them all.</summary>
    public static void Write(string path, QuantizationReport report)
    {
        int columns = report.Result.Ks.Count + 1;
        var grid = new Multiplot();
        grid.AddPlots(2 * columns);
        grid.Layout = new Grid(rows: 2, columns);
        for (int i = 0; i < 2 * columns; i++)
        {
            bool isAsymmetric = i >= columns;
            Plot plot = grid.GetPlot(i);
            if (i % columns < report.Result.Ks.Count)
            {
                int k = report.Result.Ks[i % columns];
                AddLines(plot, report, isAsymmetric, k, figure => figure.Recall);
                plot.Axes.SetLimitsY(0, 1.05);
                plot.Title(FormattableString.Invariant($"recall@{k:N0}, {QuantizationSheets.Name(isAsymmetric)}"), 14);
                Label(plot, FormattableString.Invariant($"bits; rows have {report.Result.RowBytes * 8:N0}"));
            }
            else
            {
                AddLines(plot, report, isAsymmetric, report.TimedK, figure => figure.TimesAsFast);
                plot.Add.HorizontalLine(1, 1, Colors.Gray, LinePattern.Dashed);
                plot.Axes.AutoScaleY();
                plot.Axes.SetLimitsY(0, plot.Axes.GetLimits().Top);
                plot.Title(FormattableString.Invariant($"times as fast as exact, top {report.TimedK:N0}"), 14);
                Label(plot, $"bits; {QuantizationSheets.Threads(report)}");
            }
        }

        // One legend is enough, where speed falls with bits.
        grid.GetPlot(columns - 1).ShowLegend(Alignment.UpperRight);
        grid.SavePng(path, columns * PlotWidthPixels, 2 * PlotHeightPixels);
        foreach (Plot plot in grid.GetPlots())
        {
            plot.Dispose();
        }
    }

    private static void AddLines(
        Plot plot, QuantizationReport report, bool isAsymmetric, int k, Func<QuantizationFigure, double> value)
    {
        QuantizationFigure[] figures =
            [.. report.Result.Figures.Where(figure => figure.IsAsymmetric == isAsymmetric && figure.K == k)];
        foreach (IGrouping<double?, QuantizationFigure> line in figures.GroupBy(figure => figure.KeepShare))
        {
            var drawn = plot.Add.Scatter(
                line.Select(figure => Math.Log2(figure.Bits)).ToArray(), line.Select(value).ToArray());
            drawn.LegendText = QuantizationSheets.Name(line.Key);
            drawn.LineWidth = 2;
        }

        int[] bits = [.. figures.Select(figure => figure.Bits).Distinct()];
        plot.Axes.Bottom.SetTicks(
            [.. bits.Select(one => Math.Log2(one))], [.. bits.Select(one => FormattableString.Invariant($"{one}"))]);
        plot.HideLegend();
    }

    private static void Label(Plot plot, string across) => plot.XLabel(across, 13);
}

using ScottPlot;

namespace Linr.Bench.Device;

/// <summary>Draws milliseconds over the batch, both axes logarithmic: ours in lines, the peer's in dashes.</summary>
internal static class ReportPlot
{
    private const int WidthPixels = 1_000;
    private const int HeightPixels = 560;

    public static void Write(string path, DeviceReport report)
    {
        using var plot = new Plot();
        plot.Title($"Milliseconds a search, {report.Device}", size: 16);
        plot.XLabel("batch (log scale)");
        plot.YLabel("ms (log scale)");
        foreach (IGrouping<string, DeviceFigure> figures in report.Figures.GroupBy(figure => figure.Case))
        {
            DeviceCase one = DeviceCase.All.Single(known => known.Name == figures.Key);
            Color color = plot.Add.Palette.GetColor(IndexOf(one));
            Add(plot, one.Title, color, LinePattern.Solid, figures.Select(figure => (figure.Batch, figure.MedianMs)));
            var peers = figures.Select(figure => (figure.Batch, Peer: report.FastestPeer(figure)))
                .Where(each => each.Peer is not null)
                .Select(each => (each.Batch, each.Peer!.MedianMs));
            Add(plot, $"{one.Title}, peer", color, LinePattern.Dashed, peers);
        }

        int[] batches = [.. report.Figures.Select(figure => figure.Batch).Distinct().Order()];
        plot.Axes.Bottom.SetTicks(
            [.. batches.Select(batch => Math.Log2(batch))],
            [.. batches.Select(batch => FormattableString.Invariant($"{batch}"))]);
        double[] ticks = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20];
        plot.Axes.Left.SetTicks(
            [.. ticks.Select(tick => Math.Log2(tick))],
            [.. ticks.Select(tick => FormattableString.Invariant($"{tick}"))]);
        plot.ShowLegend(Edge.Right);
        plot.SavePng(path, WidthPixels, HeightPixels);
    }

    private static int IndexOf(DeviceCase one)
        => Enumerable.Range(0, DeviceCase.All.Count).First(i => DeviceCase.All[i] == one);

    private static void Add(
        Plot plot, string name, Color color, LinePattern pattern, IEnumerable<(int Batch, double Ms)> points)
    {
        (double X, double Y)[] places = [.. points.Select(point => (Math.Log2(point.Batch), Math.Log2(point.Ms)))];
        if (places.Length == 0)
        {
            return;
        }

        var line = plot.Add.Scatter(
            places.Select(place => place.X).ToArray(), places.Select(place => place.Y).ToArray(), color);
        line.LegendText = name;
        line.LineWidth = 2;
        line.LinePattern = pattern;
    }
}

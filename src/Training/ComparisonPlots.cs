using System.Globalization;
using Linr.Training.Evaluation;
using Linr.Training.Evaluation.Comparison;
using ScottPlot;

namespace Linr.Training;

/// <summary>Pictures of a comparison, as PNG files.</summary>
public static class ComparisonPlots
{
    private const int Width = 1_000;
    private const int RowHeight = 26;
    private const int FrameHeight = 120;

    /// <summary>Each metric of each system over all users, with its interval.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Metrics(ComparisonReport report, string path)
    {
        ArgumentNullException.ThrowIfNull(report);
        using var plot = new Plot();
        IReadOnlyList<ComparedResult> results = report.Slices[0].Results;
        int stride = results.Count + 1;
        for (int system = 0; system < results.Count; system++)
        {
            Color color = plot.Add.GetNextColor();
            ComparedResult result = results[system];
            int first = system;
            List<Bar> bars =
            [
                .. report.Metrics.Select((metric, place) => ToBar((place * stride) + first, result.Metrics[metric], color)),
            ];
            plot.Add.Bars(bars).LegendText = $"{result.Model}, {result.System}";
        }

        double middle = (results.Count - 1) / 2.0;
        plot.Axes.Bottom.SetTicks(
            [.. report.Metrics.Select((_, place) => (place * stride) + middle)], [.. report.Metrics]);
        plot.Axes.Margins(bottom: 0);
        plot.ShowLegend(Alignment.UpperRight);
        plot.Title(string.Create(
            CultureInfo.InvariantCulture, $"{report.Users:N0} users, {report.Items:N0} items, 95 % intervals"));
        plot.XLabel(report.Split);
        plot.SavePng(path, Width, Width / 2);
    }

    /// <summary>The differences in the first hit rate and in nDCG@10 on each slice, with their intervals.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Differences(ComparisonReport report, string path)
    {
        ArgumentNullException.ThrowIfNull(report);
        string[] metrics = [report.Metrics[0], "nDCG@10"];
        (string Label, ComparedDifference Difference)[] rows =
        [
            .. from slice in report.Slices
               from one in slice.Differences
               select ($"{one.Model}, {one.System}: {slice.Name}", one),
        ];
        using var plot = new Plot();
        for (int metric = 0; metric < metrics.Length; metric++)
        {
            Color color = plot.Add.GetNextColor();
            for (int row = 0; row < rows.Length; row++)
            {
                Interval interval = rows[row].Difference.Metrics[metrics[metric]];
                double y = rows.Length - row - (metric * 0.3);
                plot.Add.Line(interval.Low, y, interval.High, y).Color = color;
                var marker = plot.Add.Marker(interval.Mean, y, color: color);
                marker.LegendText = row == 0 ? metrics[metric] : string.Empty;
            }
        }

        plot.Add.VerticalLine(0, color: Colors.Black);
        plot.Axes.Left.SetTicks(
            [.. rows.Select((_, row) => rows.Length - row - 0.15)], [.. rows.Select(row => row.Label)]);
        plot.ShowLegend(Alignment.LowerRight);
        plot.Title($"Difference to {report.Models[0].Name}, 95 % intervals");
        plot.SavePng(path, Width, FrameHeight + (RowHeight * Math.Max(rows.Length, 4)));
    }

    private static Bar ToBar(double place, Interval interval, Color color) => new()
    {
        Position = place,
        Value = interval.Mean,
        Error = (interval.High - interval.Low) / 2,
        FillColor = color,
    };
}

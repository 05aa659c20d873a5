using Linr.Training.Evaluation;
using ScottPlot;

namespace Linr.Training;

/// <summary>Pictures of a run and of an evaluation, as PNG files.</summary>
public static class Plots
{
    private const int Width = 900;
    private const int Height = 500;

    /// <summary>Loss and validation by epoch.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Training(TrainingRun run, string path)
    {
        ArgumentNullException.ThrowIfNull(run);
        using var plot = new Plot();
        double[] epochs = [.. run.Epochs.Select(epoch => (double)epoch.Epoch)];
        var loss = plot.Add.Scatter(epochs, run.Epochs.Select(epoch => epoch.Loss).ToArray());
        loss.LegendText = "loss (left)";
        var hitRate = plot.Add.Scatter(epochs, run.Epochs.Select(epoch => epoch.HitRate).ToArray());
        hitRate.LegendText = "validation HR@10 (right)";
        hitRate.Axes.YAxis = plot.Axes.Right;
        var gain = plot.Add.Scatter(epochs, run.Epochs.Select(epoch => epoch.DiscountedGain).ToArray());
        gain.LegendText = "validation nDCG@10 (right)";
        gain.Axes.YAxis = plot.Axes.Right;
        plot.Title("Training");
        plot.XLabel("epoch");
        plot.YLabel("loss");
        plot.Axes.Right.Label.Text = "share of users";
        plot.ShowLegend();
        plot.SavePng(path, Width, Height);
    }

    /// <summary>HR@10 of each system on each slice, with its interval.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Evaluation(EvaluationReport report, string path)
    {
        ArgumentNullException.ThrowIfNull(report);
        using var plot = new Plot();
        var ticks = new List<Tick>();
        for (int place = 0; place < report.Results.Count; place++)
        {
            SystemResult result = report.Results[place];
            var bar = plot.Add.Bar(place, result.HitRate10.Mean);
            bar.Bars[0].Error = (result.HitRate10.High - result.HitRate10.Low) / 2;
            ticks.Add(
                new Tick(place, $"{result.System}\n{result.Slice.Replace("the ", "the\n", StringComparison.Ordinal)}"));
        }

        plot.Axes.Bottom.SetTicks([.. ticks.Select(tick => tick.Position)], [.. ticks.Select(tick => tick.Label)]);
        plot.Axes.Margins(bottom: 0);
        plot.Title(
            FormattableString.Invariant($"HR@10, {report.Users:N0} users, {report.Items:N0} items, 95 % intervals"));
        plot.XLabel(report.Split);
        plot.SavePng(path, Width, Height);
    }
}

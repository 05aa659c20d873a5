using System.Globalization;
using Linr.Training;
using Linr.Training.Data;
using Spectre.Console;

namespace Linr.Cli.Training;

/// <summary>Trains while a person watches.</summary>
internal static class TrainingView
{
    public static TrainedModel Run(
        InteractionDataset data, TrainingOptions options, IAnsiConsole console, CancellationToken cancellation)
        => Show(console, progress => Trainer.Run(data, options, progress, cancellation));

    /// <summary>Runs a training and shows its progress.</summary>
    public static T Show<T>(IAnsiConsole console, Func<Action<TrainingProgress>, T> train)
    {
        T? model = default;
        console.Progress()
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(bars =>
            {
                ProgressTask bar = bars.AddTask("training");
                int shown = 0;
                model = train(progress => Show(progress, bar, console, ref shown));
            });
        return model!;
    }

    private static void Show(TrainingProgress progress, ProgressTask bar, IAnsiConsole console, ref int shown)
    {
        bar.MaxValue = progress.Steps;
        bar.Value = progress.Step;
        bar.Description = string.Create(
            CultureInfo.InvariantCulture, $"epoch {progress.Epoch} of {progress.Epochs}, loss {progress.Loss:F3}");
        if (progress.Last is { } epoch && epoch.Epoch > shown)
        {
            shown = epoch.Epoch;
            string best = epoch.IsBest ? "  best" : string.Empty;
            console.MarkupInterpolated(
                CultureInfo.InvariantCulture,
                $"epoch {epoch.Epoch,2}  loss {epoch.Loss:F3}  validation HR@10 {epoch.HitRate:F4}  ");
            console.MarkupLineInterpolated(
                CultureInfo.InvariantCulture,
                $"nDCG@10 {epoch.DiscountedGain:F4}  {epoch.Seconds:F1} s{best}");
        }
    }
}

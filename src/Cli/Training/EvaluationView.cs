using System.Globalization;
using Linr.Training.Evaluation;
using Linr.Training.Rankers;
using Spectre.Console;

namespace Linr.Cli.Training;

/// <summary>Shows an evaluation to a person.</summary>
internal static class EvaluationView
{
    public static void Write(IAnsiConsole console, EvaluationReport report)
    {
        console.MarkupInterpolated(
            CultureInfo.InvariantCulture,
            $"[bold]Evaluation[/]: {report.Users:N0} users, each ranked against all {report.Items:N0} items not seen; ");
        console.MarkupLineInterpolated($"held out: {report.Split}; 95 % intervals by bootstrap");
        foreach (IGrouping<string, SystemResult> slice in report.Results.GroupBy(result => result.Slice))
        {
            var table = new Table { Border = TableBorder.Rounded, Title = new TableTitle(Markup.Escape(
                string.Create(
                    CultureInfo.InvariantCulture, $"targets: {slice.Key} ({slice.First().Users:N0} users)"))) };
            table.AddColumn("system");
            foreach (string title in (string[])["HR@10", "HR@50", "HR@200", "HR@400", "nDCG@10", "MRR", "coverage"])
            {
                table.AddColumn(new TableColumn(title).RightAligned());
            }

            foreach (SystemResult result in slice)
            {
                table.AddRow(
                    Markup.Escape(result.System),
                    Text(result.HitRate10),
                    Text(result.HitRate50),
                    Text(result.HitRate200),
                    Text(result.HitRate400),
                    Text(result.DiscountedGain10),
                    Text(result.ReciprocalRank),
                    result.Coverage.ToString("P1", CultureInfo.InvariantCulture));
            }

            console.Write(table);
        }

        foreach (SystemDifference difference in report.Differences)
        {
            string systems = $"{difference.System} minus {difference.Against}, {difference.Slice}";
            string hitRate = Signed(difference.HitRate10);
            string gain = Signed(difference.DiscountedGain10);
            console.MarkupLineInterpolated($"{systems}: HR@10 {hitRate}, nDCG@10 {gain}");
        }

        foreach (TaskResult task in report.Tasks)
        {
            string against = task.Metric == "auc" ? "of retrieval's scores" : "of the mean";
            console.MarkupLineInterpolated(
                CultureInfo.InvariantCulture,
                $"{task.System}, {task.Task}: {task.Metric.ToUpperInvariant()} {Text(task.Value)}, {against} {Text(task.Otherwise)} ({task.Users:N0} users)");
        }
    }

    private static string Text(Interval interval)
        => string.Create(CultureInfo.InvariantCulture, $"{interval.Mean:F3} ±{(interval.High - interval.Low) / 2:F3}");

    private static string Signed(Interval interval)
        => string.Create(
            CultureInfo.InvariantCulture,
            $"{interval.Mean:+0.0000;-0.0000} [{interval.Low:+0.0000;-0.0000}, {interval.High:+0.0000;-0.0000}]");
}

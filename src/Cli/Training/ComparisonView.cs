using System.Globalization;
using Linr.Training.Evaluation;
using Linr.Training.Evaluation.Comparison;
using Spectre.Console;

namespace Linr.Cli.Training;

/// <summary>Shows a comparison of models to a person.</summary>
internal static class ComparisonView
{
    public static void Write(IAnsiConsole console, ComparisonReport report)
    {
        WriteHead(console, report);
        foreach (ComparisonSlice slice in report.Slices)
        {
            if (slice.Users == 0)
            {
                console.MarkupLineInterpolated($"targets: {slice.Name}: no user");
                continue;
            }

            WriteResults(console, report, slice);
            WriteDifferences(console, report, slice);
        }
    }

    private static void WriteHead(IAnsiConsole console, ComparisonReport report)
    {
        console.MarkupInterpolated(
            CultureInfo.InvariantCulture,
            $"[bold]Comparison[/]: {report.Users:N0} users, each ranked against all {report.Items:N0} items not seen");
        console.MarkupLineInterpolated($"; held out: {report.Split}; 95 % intervals by bootstrap");
        if (report.Items < report.ItemsOfData)
        {
            string items = string.Create(
                CultureInfo.InvariantCulture,
                $"ranked are the items that all models have, of {report.ItemsOfData:N0} in the data; ");
            string users = string.Create(
                CultureInfo.InvariantCulture,
                $"{report.UsersLeftOut:N0} users are left out, whose item is not among them");
            console.MarkupLineInterpolated($"[yellow]{items}{users}[/]");
        }

        foreach (ReportedModel model in report.Models)
        {
            string systems = string.Join("; ", model.Systems.Select(system => $"{system.Name} by {system.Query}"));
            console.MarkupLineInterpolated(
                CultureInfo.InvariantCulture, $"{model.Name}: {model.Items:N0} items of the data; {systems}");
        }
    }

    private static void WriteResults(IAnsiConsole console, ComparisonReport report, ComparisonSlice slice)
    {
        Table table = TableOf(slice.Name, slice, report.Metrics.Append("coverage"));
        foreach (ComparedResult result in slice.Results)
        {
            table.AddRow(
            [
                Markup.Escape($"{result.Model}, {result.System}"),
                .. report.Metrics.Select(metric => Text(result.Metrics[metric])),
                result.Coverage.ToString("P1", CultureInfo.InvariantCulture),
            ]);
        }

        console.Write(table);
    }

    private static void WriteDifferences(IAnsiConsole console, ComparisonReport report, ComparisonSlice slice)
    {
        Table table = TableOf($"differences, {slice.Name}", slice, report.Metrics);
        foreach (ComparedDifference one in slice.Differences)
        {
            table.AddRow(
            [
                Markup.Escape($"{one.Model}, {one.System} minus {one.AgainstModel}, {one.AgainstSystem}"),
                .. report.Metrics.Select(metric => Signed(one.Metrics[metric])),
            ]);
        }

        console.Write(table);
    }

    private static Table TableOf(string title, ComparisonSlice slice, IEnumerable<string> columns)
    {
        var table = new Table { Border = TableBorder.Rounded, Title = new TableTitle(Markup.Escape(string.Create(
            CultureInfo.InvariantCulture, $"targets: {title} ({slice.Users:N0} users, {slice.Items:N0} items)"))) };
        table.AddColumn("model, system");
        foreach (string column in columns)
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        return table;
    }

    private static string Text(Interval interval)
        => string.Create(CultureInfo.InvariantCulture, $"{interval.Mean:F3} ±{(interval.High - interval.Low) / 2:F3}");

    // In two lines, for a narrow terminal; bold where the interval is all on one side of 0.
    private static string Signed(Interval interval)
    {
        string text = Markup.Escape(string.Create(
            CultureInfo.InvariantCulture,
            $"{interval.Mean:+0.000;-0.000}\n[{interval.Low:+0.000;-0.000}, {interval.High:+0.000;-0.000}]"));
        return interval.Low > 0 || interval.High < 0 ? $"[bold]{text}[/]" : text;
    }
}

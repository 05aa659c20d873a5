using System.Globalization;
using System.Text;

namespace Linr.Bench.Device;

/// <summary>Writes a run over a table that changes as JSON and as a page.</summary>
internal static class LivePage
{
    /// <summary>Fills a folder with gpu-live.json and gpu-live.md.</summary>
    public static void Write(string folder, LiveReport report)
        => ReportFiles.Write(folder, "gpu-live", report, Of(report));

    private static string Of(LiveReport report)
    {
        StringBuilder page = ReportFiles.Begin(
            "Searches of a table that changes, on a GPU", report.Device, report.Driver, report.Commit, report.Date, report.Command);
        page.AppendLine(
            CultureInfo.InvariantCulture,
            $"{report.Rows:N0} random rows of halves; searches of {report.K:N0} hits a query, one after the other, through the");
        page.AppendLine(
            CultureInfo.InvariantCulture,
            $"engine; medians over {report.Rounds} rounds, in which the rates take turns. What is compared is the time with no updates.");
        page.AppendLine().AppendLine("| batch | updates/s | of a set | median, ms | against none | p95, ms | against none | a set is seen after, ms | p99 |");
        page.AppendLine("|---|---|---|---|---|---|---|---|---|");
        foreach (LiveFigure one in report.Figures)
        {
            LiveFigure none = report.Figures.First(figure => figure.Batch == one.Batch && figure.UpdatesWanted == 0);
            page.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {one.Batch} | {one.Updates:N0} | {one.SetSize} | {one.MedianMs:F3} | {Change(one.MedianMs, none.MedianMs)} "
                + $"| {one.P95Ms:F3} | {Change(one.P95Ms, none.P95Ms)} | {Number(one.ApplyMedianMs)} | {Number(one.ApplyP99Ms)} |");
        }

        page.AppendLine().AppendLine("The same rows, which do not change and have no mask of live rows, searched below the engine:").AppendLine();
        page.AppendLine("| batch | median, ms | p95, ms |").AppendLine("|---|---|---|");
        foreach (LiveFigure one in report.Still)
        {
            page.AppendLine(CultureInfo.InvariantCulture, $"| {one.Batch} | {one.MedianMs:F3} | {one.P95Ms:F3} |");
        }

        page.AppendLine().AppendLine("Changes that arrive one by one, until they are on the disk and can be found, beside searches at batch 1:").AppendLine();
        page.AppendLine("| changes/s | made | median, ms | p99, ms | slowest, ms | made at once | search, ms |").AppendLine("|---|---|---|---|---|---|---|");
        foreach (FreshnessFigure one in report.Freshness)
        {
            page.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {one.EventsWanted:N0} | {one.Events:N0} | {one.MedianMs:F2} | {one.P99Ms:F2} | {one.MaxMs:F1} "
                + $"| {one.MeanSet:F1} | {one.SearchMedianMs:F3} |");
        }

        return page.ToString();
    }

    private static string Change(double value, double against)
        => (value / against - 1).ToString("+0.0 %;-0.0 %;0.0 %", CultureInfo.InvariantCulture);

    private static string Number(double? value) => value?.ToString("F3", CultureInfo.InvariantCulture) ?? string.Empty;
}

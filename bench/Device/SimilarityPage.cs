using System.Globalization;
using System.Text;

namespace Linr.Bench.Device;

/// <summary>Writes a run of similarities as JSON and as a page.</summary>
internal static class SimilarityPage
{
    /// <summary>Fills a folder with gpu-similarities.json and gpu-similarities.md.</summary>
    public static void Write(string folder, SimilarityReport report)
        => ReportFiles.Write(folder, "gpu-similarities", report, Of(report));

    private static string Of(SimilarityReport report)
    {
        StringBuilder page = ReportFiles.Begin(
            "Learned similarities on a GPU", report.Device, report.Driver, report.Commit, report.Date, report.Command);
        page.AppendLine(
            CultureInfo.InvariantCulture,
            $"{report.Rows:N0} random rows of halves; medians of {report.Passes} searches of "
            + $"{report.Figures[0].K:N0} hits a");
        page.AppendLine(
            CultureInfo.InvariantCulture,
            $"query, by events, each after the caches were emptied. Plain reads: "
            + $"{report.ReadTerabytesPerSecond:F2} TB/s.");
        page.AppendLine().Append("| similarity | batch | ms | goal | p95 | caller | seed | scan | finish ")
            .AppendLine("| of a read | survivors | gates | whole logits | checked | PyTorch |");
        page.AppendLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (SimilarityFigure one in report.Figures)
        {
            PeerFigure? peer = report.Peer?.Figures
                .Where(figure => figure.Case == one.Case && figure.Batch == one.Batch)
                .MinBy(figure => figure.MedianMs);
            page.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {one.Case} | {one.Batch} | {one.MedianMs:F3} | {Number(one.GoalMs)} | {one.P95Ms:F3} "
                + $"| {one.HostMs:F3} | {one.SeedMs:F3} | {one.ScanMs:F3} | {one.FinishMs:F3} "
                + $"| {one.ShareOfRead:P0} | {one.Survivors:N0} "
                + $"| {one.ShareGated?.ToString("P2", CultureInfo.InvariantCulture) ?? string.Empty} "
                + $"| {one.ShareScored?.ToString("P2", CultureInfo.InvariantCulture) ?? string.Empty} "
                + $"| {one.QueriesChecked} | {(peer is null ? "" : $"{Number(peer.MedianMs)} ({peer.Setting})")} |");
        }

        page.AppendLine().AppendLine("Checked: answers that the processor's scan of the same rows gave too.");
        page.AppendLine(report.Peer is { } ran
            ? $"PyTorch: {ran.Name}, in the same run, its fastest setting."
            : "PyTorch was not there.");
        return page.ToString();
    }

    private static string Number(double? value)
        => value?.ToString("0.###", CultureInfo.InvariantCulture) ?? string.Empty;
}

using System.Text;

namespace Linr.Bench.Device;

/// <summary>Writes a run as a Markdown page.</summary>
internal static class ReportPage
{
    public static string Of(DeviceReport report)
    {
        var page = new StringBuilder();
        Line(page, $"# Searches on a GPU");
        Line(page, $"");
        Line(page, $"Made by:");
        Line(page, $"");
        Line(page, $"```");
        Line(page, $"{report.Command}");
        Line(page, $"```");
        Line(page, $"");
        Line(page, $"{report.Device}; {report.Driver}.");
        Line(page, $"Commit {report.Commit ?? "unknown"}, {report.Date:yyyy-MM-dd}.");
        Line(page, $"Medians of {report.Passes} searches, each after the caches were emptied, queries in turn.");
        Line(page, $"The memory was read at {report.ReadTerabytesPerSecond:F2} TB/s in the same run.");
        Line(page, $"Times are by CUDA events, from queries on the device to hits on the device: filters, scan, order.");
        Line(page, $"Copies are queries to the device and hits to the host; a caller waits for all of it.");
        Line(page, $"Rows are {report.Dim} halves, sums of three even draws, normalised, or whole numbers made of them;");
        Line(page, $"attributes are random codes.");
        foreach (IGrouping<string, DeviceFigure> figures in report.Figures.GroupBy(figure => figure.Case))
        {
            AppendCase(page, report, DeviceCase.All.Single(one => one.Name == figures.Key), [.. figures]);
        }

        AppendStages(page, report.Figures);
        AppendEngine(page, report);
        AppendHostRows(page, report.HostRows ?? []);
        AppendPeer(page, report.Peer);
        Line(page, $"");
        Line(page, $"![Milliseconds a search](gpu.png)");
        return page.ToString();
    }

    private static void AppendCase(
        StringBuilder page, DeviceReport report, DeviceCase one, IReadOnlyList<DeviceFigure> figures)
    {
        Line(page, $"");
        string width = one.Table switch
        {
            CaseTable.Codes => $"{BenchOptions.CodeBits} bits",
            CaseTable.ManyInt8 => $"{BenchOptions.ManyDim}",
            _ => $"{report.Dim}",
        };
        Line(page, $"## {one.Title}: {figures[0].Rows:N0} x {width}, top {one.K:N0}");
        Line(page, $"");
        Row(
            page,
            $"batch | ms | p95 | copies | caller ms | goal | TB/s | of read",
            $"rows passed | checked | peer ms | peer / ours");
        Line(page, $"| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (DeviceFigure figure in figures)
        {
            PeerFigure? peer = report.FastestPeer(figure);
            Row(
                page,
                $"{figure.Batch} | {figure.MedianMs:F3} | {figure.P95Ms:F3} | {figure.CopiesMs:F3}",
                $"{figure.HostMs:F3} | {figure.GoalMs:F2}",
                $"{figure.TerabytesPerSecond:F2} | {figure.ReadShare * 100:F0} % | {figure.RowsPassed:N0}",
                $"{figure.QueriesChecked} | {peer?.MedianMs:F2} | {peer?.MedianMs / figure.MedianMs:F1}");
        }
    }

    private static void AppendStages(StringBuilder page, IReadOnlyList<DeviceFigure> figures)
    {
        Line(page, $"");
        Line(page, $"## Stages, ms");
        Line(page, $"");
        Line(page, $"| case | batch | filter | seed | scan | finish | survivors a query | passes |");
        Line(page, $"| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (DeviceFigure figure in figures)
        {
            Row(
                page,
                $"{figure.Case} | {figure.Batch} | {figure.FilterMs:F3} | {figure.SeedMs:F3} | {figure.ScanMs:F3}",
                $"{figure.FinishMs:F3} | {figure.Survivors:N0} | {figure.Passes}");
        }
    }

    private static void AppendEngine(StringBuilder page, DeviceReport report)
    {
        if (report.Engine.Count == 0)
        {
            return;
        }

        Line(page, $"");
        Line(page, $"## Through the engine: query vectors in, hits on the host");
        Line(page, $"");
        Line(page, $"Callers ask again as soon as they are answered; one batcher puts them together. No filter.");
        DeviceFigure? kernel = report.Figures.FirstOrDefault(figure => figure is { Case: "plain", Batch: 1 });
        EngineFigure? alone = report.Engine.FirstOrDefault(figure => figure.Callers == 1);
        if (kernel is not null && alone is not null)
        {
            double ratio = alone.MedianMs / kernel.MedianMs;
            Line(page, $"One caller waits {alone.MedianMs:F3} ms: {ratio:F2} times the device's time.");
        }

        Line(page, $"");
        Line(page, $"| callers | batches at once | queries/s | ms | p95 | mean batch |");
        Line(page, $"| ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (EngineFigure figure in report.Engine)
        {
            Row(
                page,
                $"{figure.Callers} | {figure.ConcurrentBatches} | {figure.QueriesPerSecond:N0} | {figure.MedianMs:F3}",
                $"{figure.P95Ms:F3} | {figure.MeanBatch:F1}");
        }
    }

    private static void AppendHostRows(StringBuilder page, IReadOnlyList<HostRowsFigure> figures)
    {
        if (figures.Count == 0)
        {
            return;
        }

        Line(page, $"");
        Line(page, $"## Rows on the host, their 8-bit copy on the device: exact, as a caller waits");
        Line(page, $"");
        Line(page, $"{figures[0].DeviceBytes:N0} bytes of the device; {figures[0].WholeBytes:N0} where it has the rows.");
        Line(page, $"");
        Line(page, $"| batch | k | ms | p95 | rows looked at a query | rows on the device, ms |");
        Line(page, $"| ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (HostRowsFigure figure in figures)
        {
            Row(
                page,
                $"{figure.Batch} | {figure.K:N0} | {figure.MedianMs:F3} | {figure.P95Ms:F3}",
                $"{figure.RowsRescored:N0} | {figure.WholeMs:F3}");
        }
    }

    private static void AppendPeer(StringBuilder page, PeerResult? peer)
    {
        if (peer is null)
        {
            return;
        }

        Line(page, $"");
        Line(page, $"## The peer: {peer.Name}");
        Line(page, $"");
        Line(page, $"| case | batch | setting | ms |");
        Line(page, $"| --- | ---: | --- | ---: |");
        foreach (PeerFigure figure in peer.Figures)
        {
            Line(page, $"| {figure.Case} | {figure.Batch} | {figure.Setting} | {figure.MedianMs:F2} |");
        }
    }

    private static void Row(StringBuilder page, params FormattableString[] parts)
        => page.Append("| ").AppendJoin(" | ", parts.Select(FormattableString.Invariant)).Append(" |\n");

    private static void Line(StringBuilder page, FormattableString text)
        => page.Append(FormattableString.Invariant(text)).Append('\n');
}

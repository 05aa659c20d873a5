using System.Globalization;
using Linr.Engine.Bench;
using Spectre.Console;

namespace Linr.Cli.Bench;

/// <summary>Shows a benchmark to a person.</summary>
internal static class BenchTables
{
    public static void Write(IAnsiConsole console, BenchReport report)
    {
        ScanBenchResult scans = report.Scans;
        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"Limits of this machine, {scans.ThreadCount} threads, {report.InstructionSet}: memory read [bold]{scans.ReadGigabytesPerSecond:F1} GB/s[/], multiply-add [bold]{scans.MultiplyAddGigaflopsPerSecond:F0} GFLOP/s[/] (medians of the same run)");
        var table = new Table { Border = TableBorder.Rounded };
        table.AddColumns("rows", "pass");
        foreach (string title in (string[])["batch", "k", "ms", "of read", "of multiply-add", "peer ms", "peer / ours"])
        {
            if (report.Peer is not null || !title.StartsWith("peer", StringComparison.Ordinal))
            {
                table.AddColumn(new TableColumn(title).RightAligned());
            }
        }

        foreach (ScanFigure figure in scans.Figures)
        {
            table.AddRow([.. Cells(figure, report.Peer).Select(Markup.Escape)]);
        }

        console.Write(table);
        if (report.Peer is { } peer)
        {
            console.MarkupLineInterpolated($"[grey]peer: {peer.Name}, the faster of its settings[/]");
        }
    }

    /// <summary>The peer's fastest setting for a case, or null.</summary>
    public static PeerFigure? Find(PeerResult? peer, ScanFigure figure)
        => figure.Case.IsAdverse || figure.Case.Element != Kernels.Scan.RowElement.Float32
            ? null
            : peer?.Figures
                .Where(one => one.Batch == figure.Case.QueryCount && one.K == figure.Case.K && one.PassRate == figure.Case.PassRate)
                .MinBy(one => one.MedianMs);

    private static IEnumerable<string> Cells(ScanFigure figure, PeerResult? peer)
    {
        yield return $"{figure.RowCount.ToString("N0", CultureInfo.InvariantCulture)} x {figure.Dim} {(figure.Case.Element == Kernels.Scan.RowElement.Float32 ? "fp32" : "fp16")}";
        yield return Text($"{figure.Case.PassRate * 100:0.###} %{(figure.Case.IsAdverse ? ", worst" : string.Empty)}");
        yield return Text($"{figure.Case.QueryCount}");
        yield return Text($"{figure.Case.K}");
        yield return Text($"{figure.MedianMs:F2}");
        yield return Text($"{figure.ReadShare * 100:F0} %");
        yield return Text($"{figure.FlopShare * 100:F0} %");
        if (peer is not null)
        {
            PeerFigure? found = Find(peer, figure);
            yield return found is null ? string.Empty : Text($"{found.MedianMs:F2}");
            yield return found is null ? string.Empty : Text($"{found.MedianMs / figure.MedianMs:F2}");
        }
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}

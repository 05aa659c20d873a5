using System.Globalization;
using Linr.Engine.Bench;
using Linr.Kernels.Scan;
using Spectre.Console;

namespace Linr.Cli.Bench;

/// <summary>Shows a benchmark to a person.</summary>
internal static class BenchTables
{
    public static void Write(IAnsiConsole console, BenchReport report)
    {
        ScanBenchResult scans = report.Scans;
        double read = scans.ReadGigabytesPerSecond;
        double peak = scans.MultiplyAddGigaflopsPerSecond;
        console.MarkupInterpolated(
            CultureInfo.InvariantCulture,
            $"Limits of this machine, {scans.ThreadCount} threads, {report.InstructionSet}: ");
        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"memory read [bold]{read:F1} GB/s[/], multiply-add [bold]{peak:F0} GFLOP/s[/] (medians of the same run)");
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

    /// <summary>How many rows of which width.</summary>
    public static string Shape(ScanFigure figure) => Text($"{figure.RowCount:N0} x {figure.Dim}");

    /// <summary>What a row's numbers are, in the words of the tables.</summary>
    public static string Name(RowElement element) => element == RowElement.Float32 ? "fp32" : "fp16";

    /// <summary>The peer's fastest setting for a case, or null.</summary>
    public static PeerFigure? Find(PeerResult? peer, ScanFigure figure)
        => figure.Case.IsAdverse || figure.Case.Element != RowElement.Float32
            ? null
            : peer?.Figures
                .Where(one => one.Batch == figure.Case.QueryCount && one.K == figure.Case.K)
                .Where(one => one.PassRate == figure.Case.PassRate)
                .MinBy(one => one.MedianMs);

    private static IEnumerable<string> Cells(ScanFigure figure, PeerResult? peer)
    {
        yield return $"{Shape(figure)} {Name(figure.Case.Element)}";
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

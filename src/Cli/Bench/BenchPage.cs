using System.Globalization;
using System.Text;

namespace Linr.Cli.Bench;

/// <summary>Writes a benchmark as a Markdown page: what docs/results shows is made by it.</summary>
internal static class BenchPage
{
    public static string Of(BenchReport report)
    {
        var page = new StringBuilder();
        BenchMachine machine = report.Machine;
        page.AppendLine("# Scans on a CPU").AppendLine()
            .AppendLine("Made by:").AppendLine()
            .AppendLine("```").AppendLine(report.Command).AppendLine("```").AppendLine()
            .AppendLine(CultureInfo.InvariantCulture, $"{machine.Processor}; {machine.Processors} processors to run on.")
            .AppendLine(CultureInfo.InvariantCulture, $"{machine.Runtime}, commit {report.Commit ?? "unknown"}.")
            .AppendLine(CultureInfo.InvariantCulture, $"Medians of {report.Passes} passes.")
            .AppendLine(BenchSheets.Limits(report) + ".")
            .AppendLine("Shares count more than milliseconds: a machine's limits move with its neighbours' load.");
        foreach (BenchSheet sheet in BenchSheets.Of(report))
        {
            Append(page, sheet);
        }

        if (report.Peer is { } peer)
        {
            page.AppendLine().AppendLine("The peer, timed in the same run, the faster of its settings:")
                .AppendLine(peer.Name);
        }

        return page.Replace(Environment.NewLine, "\n").ToString();
    }

    /// <summary>Adds one table under its title.</summary>
    internal static void Append(StringBuilder page, BenchSheet sheet)
    {
        page.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"## {sheet.Title}").AppendLine();
        AppendRow(page, sheet.Columns);
        AppendRow(page, sheet.Columns.Select((_, i) => i < sheet.LeftColumns ? "---" : "---:"));
        foreach (IReadOnlyList<string> row in sheet.Rows)
        {
            AppendRow(page, row);
        }
    }

    private static void AppendRow(StringBuilder page, IEnumerable<string> cells)
        => page.Append("| ").AppendJoin(" | ", cells).AppendLine(" |");
}

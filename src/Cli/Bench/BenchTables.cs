using Spectre.Console;

namespace Linr.Cli.Bench;

/// <summary>Shows a benchmark to a person.</summary>
internal static class BenchTables
{
    public static void Write(IAnsiConsole console, BenchReport report)
    {
        console.WriteLine(BenchSheets.Limits(report));
        foreach (BenchSheet sheet in BenchSheets.Of(report))
        {
            Write(console, sheet);
        }

        if (report.Peer is { } peer)
        {
            console.MarkupLineInterpolated($"[grey]peer: {peer.Name}, the faster of its settings[/]");
        }
    }

    /// <summary>Shows one table.</summary>
    public static void Write(IAnsiConsole console, BenchSheet sheet)
    {
        var table = new Table { Border = TableBorder.Rounded, Title = new TableTitle(Markup.Escape(sheet.Title)) };
        for (int i = 0; i < sheet.Columns.Count; i++)
        {
            var column = new TableColumn(Markup.Escape(sheet.Columns[i])).NoWrap();
            table.AddColumn(i < sheet.LeftColumns ? column : column.RightAligned());
        }

        foreach (IReadOnlyList<string> row in sheet.Rows)
        {
            table.AddRow([.. row.Select(Markup.Escape)]);
        }

        console.Write(table);
    }
}

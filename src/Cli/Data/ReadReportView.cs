using System.Globalization;
using Linr.Formats;
using Spectre.Console;

namespace Linr.Cli.Data;

/// <summary>Tells a person which rows were left out.</summary>
internal static class ReadReportView
{
    public static void Write(IAnsiConsole console, ReadReport report)
    {
        if (report.BadRows == 0)
        {
            return;
        }

        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"[yellow]{report.BadRows:N0} bad rows skipped, {report.Rows:N0} read; the first:[/]");
        foreach (DataFormatException error in report.FirstBad)
        {
            console.MarkupLineInterpolated($"  {error.Message}");
        }
    }
}

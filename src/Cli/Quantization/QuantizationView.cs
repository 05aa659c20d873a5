using Linr.Cli.Bench;
using Spectre.Console;

namespace Linr.Cli.Quantization;

/// <summary>Shows a report to a person.</summary>
internal static class QuantizationView
{
    public static void Write(IAnsiConsole console, QuantizationReport report)
    {
        foreach (string sentence in QuantizationSheets.Sentences(report))
        {
            console.WriteLine(sentence);
        }

        foreach (BenchSheet sheet in QuantizationSheets.Tables(report))
        {
            BenchTables.Write(console, sheet);
        }
    }
}

using System.Globalization;
using System.Text;
using Linr.Cli.Bench;

namespace Linr.Cli.Quantization;

/// <summary>Writes a report as a Markdown page.</summary>
internal static class QuantizationPage
{
    public static string Of(QuantizationReport report)
    {
        BenchMachine machine = report.Machine;
        var page = new StringBuilder();
        page.AppendLine(CultureInfo.InvariantCulture, $"# Recall of quantized search, {report.Model}").AppendLine()
            .AppendLine("Made by:").AppendLine()
            .AppendLine("```").AppendLine(report.Command).AppendLine("```").AppendLine()
            .AppendLine(
                CultureInfo.InvariantCulture, $"{machine.Processor}; {machine.Processors} processors to run on.")
            .AppendLine(CultureInfo.InvariantCulture, $"{machine.Runtime}, commit {report.Commit ?? "unknown"}.");
        foreach (string sentence in QuantizationSheets.Sentences(report))
        {
            page.AppendLine(sentence);
        }

        page.AppendLine().AppendLine(
            CultureInfo.InvariantCulture, $"![Recall and speed against bits]({report.FileName}.png)");
        foreach (BenchSheet sheet in QuantizationSheets.Tables(report))
        {
            BenchPage.Append(page, sheet);
        }

        return page.Replace(Environment.NewLine, "\n").ToString();
    }
}

using System.Collections.Immutable;
using System.Globalization;
using Spectre.Console;

namespace Linr.Cli.Commands;

/// <summary>Shows an answer to a person.</summary>
internal static class SearchReport
{
    private const int CellLengthMax = 70;

    public static void Write(IAnsiConsole console, SearchResponse response, ImmutableArray<string> fields)
    {
        var table = new Table { Border = TableBorder.Rounded };
        table.AddColumn(new TableColumn("#").RightAligned());
        table.AddColumn("item");
        table.AddColumn(new TableColumn(response.RowsRanked is null ? "score" : "value").RightAligned());
        string[] tasks = [.. response.Hits.SelectMany(hit => hit.Tasks.Keys).Distinct().Order(StringComparer.Ordinal)];
        foreach (string task in tasks)
        {
            table.AddColumn(new TableColumn(Markup.Escape(task)).RightAligned());
        }

        foreach (string field in fields)
        {
            table.AddColumn(Markup.Escape(field));
        }

        int rank = 0;
        foreach (Hit hit in response.Hits)
        {
            rank++;
            table.AddRow(
                [
                    rank.ToString(CultureInfo.InvariantCulture),
                    $"[bold]{Markup.Escape(hit.Id.ToString())}[/]",
                    hit.Score.ToString("0.0000", CultureInfo.InvariantCulture),
                    .. tasks.Select(task => hit.Tasks[task].ToString("0.0000", CultureInfo.InvariantCulture)),
                    .. fields.Select(field => Markup.Escape(Cell(hit, field))),
                ]);
        }

        console.Write(table);
        string passed = string.Create(
            CultureInfo.InvariantCulture, $"{response.RowsPassed:N0} of {response.RowsScanned:N0}");
        string exact = !response.Exact ? $"approximate: {response.Mode}"
            : response.RowsRanked is null ? "exact"
            : $"exact candidates: {response.Mode}";
        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"[grey]{response.Hits.Count} hits; {passed} items passed; {exact}; model {response.ModelVersion}[/]");
        if (response.Recall is { } recall)
        {
            console.MarkupLineInterpolated(
                CultureInfo.InvariantCulture, $"[grey]{recall:P0} of the exact answer's hits are among them[/]");
        }

        if (response.UnknownIds.Length > 0)
        {
            console.MarkupLineInterpolated(
                $"[yellow]unknown to the model, skipped: {string.Join(", ", response.UnknownIds)}[/]");
        }

        if (response.Explanation is { } explanation)
        {
            WriteExplanation(console, explanation);
        }
    }

    private static void WriteExplanation(IAnsiConsole console, Explanation explanation)
    {
        var table =
            new Table { Border = TableBorder.Simple, Title = new TableTitle(Markup.Escape(explanation.Engine)) };
        table.AddColumn("stage").AddColumn(new TableColumn("time").RightAligned()).AddColumn("what");
        foreach (ExplainedStage stage in explanation.Stages)
        {
            table.AddRow(
                Markup.Escape(stage.Name),
                string.Create(CultureInfo.InvariantCulture, $"{stage.Microseconds:N0} us"),
                Markup.Escape(stage.Detail));
        }

        if (explanation.Filter.Length > 0)
        {
            console.MarkupLineInterpolated($"[grey]filter:[/] {explanation.Filter}");
        }

        console.Write(table);
    }

    private static string Cell(Hit hit, string field)
    {
        if (!hit.Fields.TryGetValue(field, out IReadOnlyList<Value>? values))
        {
            return string.Empty;
        }

        string text = string.Join(", ", values);
        return text.Length <= CellLengthMax ? text : string.Concat(text.AsSpan(0, CellLengthMax - 1), "…");
    }
}

using Linr.Cli.Bench;
using Linr.Engine.Quantization;

namespace Linr.Cli.Quantization;

/// <summary>What of a report a person reads: sentences and tables.</summary>
internal static class QuantizationSheets
{
    /// <summary>What was measured, and on what.</summary>
    public static IEnumerable<string> Sentences(QuantizationReport report)
    {
        QuantizationResult result = report.Result;
        EmbeddingSchema embedding = result.Embedding;
        yield return Text($"{result.ItemCount:N0} items, embedding \"{embedding.Name}\": {embedding.RowType} rows of ")
            + Text($"{embedding.Dim}, {result.RowBytes} bytes an item, {embedding.Metric}.");
        yield return Text($"{result.QueryCount:N0} queries drawn by seed {result.Seed}: the embedding of a random ")
            + "item and half that of another one, normalised.";
        yield return "Recall is the share of the exact answer's hits that an answer has, mean over the queries.";
        foreach (int k in result.SkippedKs)
        {
            yield return Text($"recall@{k:N0} is left out: it takes more than {k:N0} items.");
        }

        yield return $"Times are medians of one query at a time, in turns with the exact search: {Threads(report)}.";
        yield return "Ratios count more than microseconds: a shared machine's speed moves with its neighbours' load.";
    }

    /// <summary>The exact search, then codes alone, then each share of the items that is rescored.</summary>
    public static IEnumerable<BenchSheet> Tables(QuantizationReport report)
    {
        QuantizationResult result = report.Result;
        yield return new BenchSheet(
            "The exact search",
            1,
            ["hits", "us a query"],
            [.. result.Exact.Select(exact => (string[])[Text($"top {exact.K:N0}"), Text($"{exact.MedianUs:N0}")])]);
        if (result.RowTypes.Count > 0)
        {
            yield return new BenchSheet(
                "Rows of fewer bits, searched exactly",
                1,
                [
                    "rows", "bytes an item", "of row bytes", .. result.Ks.Select(k => Text($"recall@{k:N0}")),
                    Text($"us, top {report.TimedK:N0}"), "times as fast",
                ],
                [.. result.RowTypes.GroupBy(figure => figure.RowType).Select(figures => Row(report, [.. figures]))]);
        }

        foreach (IGrouping<double?, QuantizationFigure> keep in result.Figures.GroupBy(figure => figure.KeepShare))
        {
            yield return new BenchSheet(
                Title(keep.Key),
                2,
                [
                    "bits", "query", "bytes an item", "of row bytes",
                    .. result.Ks.Select(k => Text($"recall@{k:N0}")),
                    Text($"us, top {report.TimedK:N0}"), "times as fast",
                ],
                [.. keep.OrderBy(figure => figure.IsAsymmetric)
                    .GroupBy(figure => (figure.IsAsymmetric, figure.Bits))
                    .Select(figures => Row(report, [.. figures.OrderBy(figure => figure.K)]))]);
        }
    }

    /// <summary>What scanned.</summary>
    public static string Threads(QuantizationReport report)
    {
        int count = report.Result.ThreadCount;
        return Text($"{count} {(count == 1 ? "thread" : "threads")}, {report.Machine.InstructionSet}");
    }

    /// <summary>What a share of the items is called.</summary>
    public static string Name(double? keepShare)
        => keepShare is null ? "codes alone" : Text($"best {keepShare * 100:0.##} % rescored");

    /// <summary>What a query is called.</summary>
    public static string Name(bool isAsymmetric) => isAsymmetric ? "asymmetric" : "symmetric";

    private static string Title(double? keepShare)
        => keepShare is null
            ? "By codes alone"
            : Text($"The best {keepShare * 100:0.##} % of the items rescored, K at least");

    private static string[] Row(QuantizationReport report, RowTypeFigure[] figures)
    {
        RowTypeFigure timed = figures.Single(figure => figure.K == report.TimedK);
        return
        [
            timed.RowType.ToString(),
            Text($"{timed.RowBytes}"),
            Text($"{100.0 * timed.RowBytes / report.Result.RowBytes:0.#} %"),
            .. figures.Select(figure => Text($"{figure.Recall:F3}")),
            Text($"{timed.MedianUs:N0}"),
            Text($"{timed.TimesAsFast:F2}"),
        ];
    }

    private static string[] Row(QuantizationReport report, QuantizationFigure[] figures)
    {
        QuantizationFigure timed = figures.Single(figure => figure.K == report.TimedK);
        return
        [
            Text($"{timed.Bits:N0}"),
            Name(timed.IsAsymmetric),
            Text($"{timed.CodeBytes}"),
            Text($"{100.0 * timed.CodeBytes / report.Result.RowBytes:0.#} %"),
            .. figures.Select(figure => Text($"{figure.Recall:F3}")),
            Text($"{timed.MedianUs:N0}"),
            Text($"{timed.TimesAsFast:F2}"),
        ];
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}

namespace Linr.Cli.Bench;

/// <summary>A table of a benchmark, before it is drawn for a terminal or a page.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="LeftColumns">How many columns are words; the others are numbers.</param>
/// <param name="Columns">Their names.</param>
/// <param name="Rows">A cell a column each.</param>
internal sealed record BenchSheet(
    string Title, int LeftColumns, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);

using Linr.Engine.Bench;
using Linr.Kernels.Scan;

namespace Linr.Cli.Bench;

/// <summary>The figures that the scans are to reach on 1 M x 128 rows, as shares of the machine's own limits.</summary>
internal static class BenchGoals
{
    private const string Percent = "%";

    /// <summary>What a run says about each goal that it measured.</summary>
    public static IReadOnlyList<BenchGoal> Of(ScanBenchResult scans, FilterBenchResult filters)
    {
        ScanFigure[] plain = [.. scans.Figures.Where(
            figure => figure.Case is { Filter: CaseFilter.None, Element: RowElement.Float32 })];
        var goals = new List<BenchGoal>();
        foreach (ScanFigure figure in plain.Where(figure => figure.Case.K == 100))
        {
            goals.Add(figure.Case.QueryCount switch
            {
                1 => Least("batch 1, of read bandwidth", 90, figure.ReadShare),
                16 => Least("batch 16, of read bandwidth", 65, figure.ReadShare),
                int batch => Least($"batch {batch}, of multiply-add peak", 70, figure.FlopShare),
            });
        }

        AddWorst(goals, "top 1,000, of the time of top 100", 110, plain, figure => figure.OverTop100);
        AddSpeed(goals, scans, RowElement.Float16, batch: 1, "fp16", 1.7);
        AddSpeed(goals, scans, RowElement.Int8, batch: 64, "int8", 3);
        goals.AddRange(scans.Figures
            .Where(figure => figure.Case is { Element: RowElement.SignCode, QueryCount: 1 })
            .Select(figure => new BenchGoal(
                $"{figure.Dim}-bit codes, batch 1, of read bandwidth", Percent, 80, figure.ReadShare * 100, IsMost: false)));
        AddWorst(
            goals,
            "two clauses, any pass rate, of the time without a filter",
            105,
            scans.Figures.Where(figure => figure.Case.Filter is CaseFilter.Clauses or CaseFilter.WorstRows),
            figure => figure.OverUnfiltered);
        AddWorst(
            goals,
            "list of ids, of the time without a filter",
            105,
            scans.Figures.Where(figure => figure.Case.Filter >= CaseFilter.AllowConstant),
            figure => figure.OverUnfiltered);
        goals.AddRange(filters.Figures.Select(figure => new BenchGoal(
            $"{figure.Name}, of the time allowed", Percent, 100, figure.MedianMs / figure.GoalMs * 100, IsMost: true)));
        return goals;
    }

    private static void AddSpeed(
        List<BenchGoal> goals, ScanBenchResult scans, RowElement element, int batch, string name, double goal)
        => goals.AddRange(scans.Figures
            .Where(figure => figure.Case.Element == element && figure.Case.QueryCount == batch)
            .Where(figure => figure.SpeedOverFloat32 is not null)
            .Select(figure => new BenchGoal(
                $"{name} rows, batch {batch}, as fast as fp32", "x", goal, figure.SpeedOverFloat32!.Value, IsMost: false)));

    private static BenchGoal Least(string name, double goal, double share)
        => new($"fp32, top 100, {name}", Percent, goal, share * 100, IsMost: false);

    private static void AddWorst(
        List<BenchGoal> goals, string name, double goal, IEnumerable<ScanFigure> figures, Func<ScanFigure, double?> of)
    {
        if (figures.Max(of) is { } worst)
        {
            goals.Add(new BenchGoal(name, Percent, goal, worst * 100, IsMost: true));
        }
    }
}

namespace Linr.Bench.Device;

/// <summary>A line of the table.</summary>
/// <param name="Name">As <c>--cases</c> names it.</param>
/// <param name="Title">As the page shows it.</param>
/// <param name="IsLarge">Whether it is measured on the large table.</param>
/// <param name="Filter">Which rows pass.</param>
/// <param name="K">Hits a query.</param>
/// <param name="Goals">Batch sizes, and the milliseconds to reach at D 128 on one H200.</param>
internal sealed record DeviceCase(
    string Name, string Title, bool IsLarge, CaseFilter Filter, int K, IReadOnlyList<(int Batch, double GoalMs)> Goals)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<DeviceCase> All { get; } =
    [
        new("plain", "no filter", false, CaseFilter.None, 2_000, [(1, 0.91), (16, 0.94), (64, 1.0), (256, 2.0)]),
        new(
            "clauses",
            "geo and not company, 11 % pass",
            false,
            CaseFilter.Clauses,
            2_000,
            [(1, 0.22), (16, 0.97), (64, 1.05), (256, 2.1)]),
        new("title", "and title, 0.03 % pass", false, CaseFilter.Title, 2_000, [(1, 0.08), (16, 0.15), (64, 0.4)]),
        new(
            "worst",
            "the 11 % that score worst pass",
            false,
            CaseFilter.Worst,
            2_000,
            [(1, 1.36), (16, 1.41), (64, 1.5), (256, 3.0)]),
        new("top100k", "no filter, top 100,000", false, CaseFilter.None, 100_000, [(1, 1.1), (16, 1.8)]),
        new("large", "no filter, large table", true, CaseFilter.None, 2_000, [(1, 13.6), (16, 13.8)]),
    ];
}

namespace Linr.Bench.Device;

/// <summary>A line of the table.</summary>
/// <param name="Name">As <c>--cases</c> names it.</param>
/// <param name="Title">As the page shows it.</param>
/// <param name="Table">What it is measured on.</param>
/// <param name="Filter">Which rows pass.</param>
/// <param name="K">Hits a query.</param>
/// <param name="Goals">Batch sizes, and the milliseconds to reach at D 128 on one H200, if any.</param>
internal sealed record DeviceCase(
    string Name,
    string Title,
    CaseTable Table,
    CaseFilter Filter,
    int K,
    IReadOnlyList<(int Batch, double? GoalMs)> Goals)
{
    /// <summary>The share of the rows that codes choose; 0: none is left to them.</summary>
    public double KeepShare { get; init; }

    /// <summary>Whether the rows that codes choose are the answer, and stay on the device.</summary>
    public bool LeavesRows { get; init; }

    /// <summary>All of them.</summary>
    public static IReadOnlyList<DeviceCase> All { get; } =
    [
        new(
            "plain",
            "no filter",
            CaseTable.Usual,
            CaseFilter.None,
            2_000,
            [(1, 0.91), (16, 0.94), (64, 1.0), (256, 2.0)]),
        new(
            "clauses",
            "geo and not company, 11 % pass",
            CaseTable.Usual,
            CaseFilter.Clauses,
            2_000,
            [(1, 0.22), (16, 0.97), (64, 1.05), (256, 2.1)]),
        new(
            "title",
            "and title, 0.03 % pass",
            CaseTable.Usual,
            CaseFilter.Title,
            2_000,
            [(1, 0.08), (16, 0.15), (64, 0.4)]),
        new(
            "worst",
            "the 11 % that score worst pass",
            CaseTable.Usual,
            CaseFilter.Worst,
            2_000,
            [(1, 1.36), (16, 1.41), (64, 1.5), (256, 3.0)]),
        new("top100k", "no filter, top 100,000", CaseTable.Usual, CaseFilter.None, 100_000, [(1, 1.1), (16, 1.8)]),
        new("large", "no filter, large table", CaseTable.Large, CaseFilter.None, 2_000, [(1, 13.6), (16, 13.8)]),
        new("codes", "codes alone", CaseTable.Codes, CaseFilter.None, 1_000, [(1, 2.0), (16, 2.2), (64, 4.0)]),
        new("codes-left", "codes alone, the best 5 % left on the device", CaseTable.Codes, CaseFilter.None, 0, [(1, 3.0)])
        {
            KeepShare = 0.05,
            LeavesRows = true,
        },
        new("int8", "8-bit rows", CaseTable.Int8, CaseFilter.None, 2_000, [(1, null), (16, null), (64, null)]),
        new("many-int8", "8-bit rows, 64 wide", CaseTable.ManyInt8, CaseFilter.None, 1_000, [(1, null), (64, 15.7)]),
        new(
            "codes-int8",
            "codes -> 5 % -> 8-bit rows",
            CaseTable.ManyInt8,
            CaseFilter.None,
            1_000,
            [(1, 3.5), (16, null)])
        {
            KeepShare = 0.05,
        },
        new("clustered", "no filter, in clusters", CaseTable.Clustered, CaseFilter.None, 2_000, [(1, null)]),
        new(
            "codes-clustered",
            "codes -> 1 % -> rows, in clusters",
            CaseTable.Clustered,
            CaseFilter.None,
            2_000,
            [(1, 0.374), (16, null)])
        {
            KeepShare = 0.01,
        },
        new(
            "codes-scattered",
            "codes -> 1 % -> rows, alike in nothing",
            CaseTable.Scattered,
            CaseFilter.None,
            2_000,
            [(1, 0.374)])
        {
            KeepShare = 0.01,
        },
    ];
}

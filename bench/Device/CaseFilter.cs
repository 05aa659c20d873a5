namespace Linr.Bench.Device;

/// <summary>Which rows a query of a case may return.</summary>
internal enum CaseFilter
{
    None,

    /// <summary>A geo clause (11 % pass) and a reverse company clause, of each query's own.</summary>
    Clauses,

    /// <summary>Those two and an exact title: 0.03 % pass.</summary>
    Title,

    /// <summary>The tenth or so of the rows that score worst, of queries that are much alike.</summary>
    Worst,
}

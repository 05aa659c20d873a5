namespace Linr.Kernels;

/// <summary>Which rows a query is compared with, as the device chooses.</summary>
internal enum SearchWay : uint
{
    /// <summary>All rows; its filter is asked of those that reach the cut.</summary>
    Dense,

    /// <summary>The rows that it or others of its kind let through, in one list.</summary>
    Listed,

    /// <summary>The few rows that it lets through itself: they survive as they are.</summary>
    Direct,
}

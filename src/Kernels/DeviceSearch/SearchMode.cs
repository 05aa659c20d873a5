namespace Linr.Kernels;

/// <summary>What a pass of a search does.</summary>
internal enum SearchMode
{
    /// <summary>Scans all rows; nothing is filtered.</summary>
    Plain,

    /// <summary>Filters, then scans all rows or listed ones, as the device chooses.</summary>
    Filtered,

    /// <summary>Scans a stretch of rows that passes before filtered; its hits so far take part.</summary>
    Stretch,
}

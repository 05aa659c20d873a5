using Linr.Kernels.Scan;

namespace Linr.Engine.Requests;

/// <summary>What a scan found for one query.</summary>
/// <param name="hits">The rows, best first.</param>
/// <param name="rowsPassed">Rows that passed the filter.</param>
/// <param name="engine">What searched.</param>
internal readonly ref struct ScanAnswer(ReadOnlySpan<ScanHit> hits, long rowsPassed, string engine)
{
    public ReadOnlySpan<ScanHit> Hits { get; } = hits;

    public long RowsPassed { get; } = rowsPassed;

    public string Engine { get; } = engine;

    /// <summary>What the scores come from.</summary>
    public string Mode { get; init; } = "rows";

    /// <summary>What searched, where one found the candidates that another one scored.</summary>
    public static string EngineOf(string found, string scored) => found == scored ? found : $"{found}, {scored}";

    /// <summary>Candidates that got their scores in a second step; null where there was none.</summary>
    public long? RowsRescored { get; init; }

    /// <summary>Whether no row could be better than the hits.</summary>
    public bool IsExact { get; init; } = true;
}

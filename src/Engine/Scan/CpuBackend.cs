using System.Globalization;
using Linr.Engine.Requests;
using Linr.Kernels;
using Linr.Kernels.Scan;

namespace Linr.Engine.Scan;

/// <summary>Scans on the processor.</summary>
/// <param name="workers">The threads that help, which all backends of a retriever share; null for none.</param>
internal sealed class CpuBackend(ScanWorkers? workers) : ISearchBackend
{
    private readonly ScanWorkspace _workspace = new();

    /// <summary>What explanations call it, such as <c>cpu avx2</c>.</summary>
    public static string Name { get; } = $"cpu {InstructionSet.Name}";

    /// <inheritdoc/>
    public string Engine => Name;

    /// <inheritdoc/>
    public ScanCounters Counters => _workspace.Counters;

    /// <inheritdoc/>
    public bool TakesCandidates => true;

    /// <inheritdoc/>
    public void Search(BackendRequest request, CancellationToken cancellation)
        => FilteredTopK.Search(request.Scan, _workspace, workers, cancellation);

    /// <inheritdoc/>
    public ReadOnlySpan<ScanHit> Hits(int query) => _workspace.Hits(query);

    /// <inheritdoc/>
    public long RowsPassed(int query) => _workspace.RowsPassed(query);

    /// <inheritdoc/>
    public void Explain(StageClock clock, int queryCount) => clock.EndScan("scan", string.Create(
        CultureInfo.InvariantCulture,
        $"batch of {queryCount}; units dense {Counters.DenseUnits}, gathered {Counters.GatheredUnits}, "
        + $"skipped {Counters.SkippedUnits}; {Counters.Rescored} rows rescored"));

    /// <inheritdoc/>
    public void Dispose() => _workspace.Dispose();
}

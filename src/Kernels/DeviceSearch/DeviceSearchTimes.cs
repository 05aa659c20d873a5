namespace Linr.Kernels;

/// <summary>How long the stages of a search took on the device, in milliseconds, summed over its passes.</summary>
/// <param name="FilterMs">Queries to the device, filters, lists of rows.</param>
/// <param name="SeedMs">The sample, its scores and the first cuts.</param>
/// <param name="ScanMs">The scan.</param>
/// <param name="FinishMs">Canonical scores, their order, hits to the host.</param>
public readonly record struct DeviceSearchTimes(double FilterMs, double SeedMs, double ScanMs, double FinishMs)
{
    /// <summary>All of it.</summary>
    public double TotalMs => FilterMs + SeedMs + ScanMs + FinishMs;
}

namespace Linr.Kernels;

/// <summary>How long the stages of a search took on the device, in milliseconds, summed over its passes.</summary>
/// <param name="UploadMs">Queries to the device.</param>
/// <param name="FilterMs">Filters, and lists of rows.</param>
/// <param name="SeedMs">The sample, its scores and the first cuts.</param>
/// <param name="ScanMs">The scan.</param>
/// <param name="FinishMs">Canonical scores and their order.</param>
/// <param name="DownloadMs">Hits to the host.</param>
public readonly record struct DeviceSearchTimes(
    double UploadMs, double FilterMs, double SeedMs, double ScanMs, double FinishMs, double DownloadMs)
{
    /// <summary>From queries on the device to hits on the device.</summary>
    public double KernelsMs => FilterMs + SeedMs + ScanMs + FinishMs;

    /// <summary>All of it.</summary>
    public double TotalMs => UploadMs + KernelsMs + DownloadMs;
}

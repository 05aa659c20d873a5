namespace Linr.Kernels.Scan;

/// <summary>A row that a scan kept.</summary>
/// <param name="Row">The row.</param>
/// <param name="Score">Its canonical score; never NaN, never minus zero.</param>
public readonly record struct ScanHit(uint Row, float Score);

namespace Linr.Server.Telemetry;

/// <summary>A second of requests.</summary>
/// <param name="Count">Requests.</param>
/// <param name="Errors">Those that failed.</param>
/// <param name="P50Ms">Milliseconds that half of them took at most.</param>
/// <param name="P95Ms">That 95 of 100 took at most.</param>
/// <param name="P99Ms">That 99 of 100 took at most.</param>
internal readonly record struct RecentPoint(long Count, int Errors, double P50Ms, double P95Ms, double P99Ms);

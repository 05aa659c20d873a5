namespace Linr.Client;

/// <summary>A version that answers a share of routing keys.</summary>
/// <param name="Version">The version.</param>
/// <param name="Percent">The share, 0 to 100.</param>
public sealed record Canary(string Version, double Percent);

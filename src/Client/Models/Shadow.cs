namespace Linr.Client;

/// <summary>A version that a share of searches is mirrored to; its answers are compared and never given.</summary>
/// <param name="Version">The version.</param>
/// <param name="Percent">The share, 0 to 100.</param>
/// <param name="Comparison">What the comparison said until now; null where none has begun.</param>
public sealed record Shadow(string Version, double Percent, ShadowComparison? Comparison);

namespace Linr.Server.Models;

/// <summary>A version and its share.</summary>
/// <param name="Version">The version.</param>
/// <param name="Percent">0 to 100.</param>
internal sealed record VersionShare(string Version, double Percent);

namespace Linr.Bench.Device;

/// <summary>A figure of a peer on the same device.</summary>
/// <param name="Case">The case's name.</param>
/// <param name="Batch">Queries.</param>
/// <param name="Setting">How it was done, in its own words.</param>
/// <param name="MedianMs">Median milliseconds by events.</param>
internal sealed record PeerFigure(string Case, int Batch, string Setting, double MedianMs);

/// <summary>What a peer's script measured.</summary>
/// <param name="Name">Its name and versions.</param>
/// <param name="Figures">A figure a case, batch and setting.</param>
internal sealed record PeerResult(string Name, IReadOnlyList<PeerFigure> Figures);

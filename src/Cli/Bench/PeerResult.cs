namespace Linr.Cli.Bench;

/// <summary>What a peer's script measured.</summary>
/// <param name="Name">Its name and version.</param>
/// <param name="Figures">A figure a case.</param>
internal sealed record PeerResult(string Name, IReadOnlyList<PeerFigure> Figures);

/// <summary>One figure of a peer.</summary>
/// <param name="Batch">Queries.</param>
/// <param name="K">Hits a query.</param>
/// <param name="PassRate">Share of rows that pass the filter; 1: none.</param>
/// <param name="MedianMs">Median milliseconds a search.</param>
/// <param name="Setting">How it was set, in its own words.</param>
internal sealed record PeerFigure(int Batch, int K, double PassRate, double MedianMs, string Setting);

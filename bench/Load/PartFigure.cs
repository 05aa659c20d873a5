namespace Linr.Bench.Load;

/// <summary>What one part of a search took.</summary>
/// <param name="Name">
/// A stage of the engine; <c>client</c>: from when it was due until a client was free; <c>way</c>: all else.
/// </param>
/// <param name="P50Ms">Half of the searches took no longer.</param>
/// <param name="P99Ms">99 of 100 took no longer.</param>
internal sealed record PartFigure(string Name, double P50Ms, double P99Ms);

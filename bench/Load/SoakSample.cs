namespace Linr.Bench.Load;

/// <summary>The server's memory at a moment of a long run.</summary>
/// <param name="Seconds">Since the run began.</param>
/// <param name="ResidentBytes">Bytes resident.</param>
/// <param name="ManagedBytes">Bytes on the managed heap, garbage included.</param>
/// <param name="Gen2">Collections of the oldest generation since the server started.</param>
internal sealed record SoakSample(double Seconds, long ResidentBytes, long ManagedBytes, int Gen2);

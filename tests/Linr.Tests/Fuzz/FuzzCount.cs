namespace Linr.Tests.Fuzz;

/// <summary>What one parser was fed with.</summary>
/// <param name="Inputs">How many inputs.</param>
/// <param name="Parsed">How many of them parsed, and came back the same; the others were refused.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record FuzzCount(long Inputs, long Parsed, long Bytes, double Seconds)
{
    public static FuzzCount operator +(FuzzCount one, FuzzCount other) => new(
        one.Inputs + other.Inputs, one.Parsed + other.Parsed, one.Bytes + other.Bytes, one.Seconds + other.Seconds);
}

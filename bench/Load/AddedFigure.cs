namespace Linr.Bench.Load;

/// <summary>One search at a time, by the engine in the caller's process and by the service.</summary>
/// <param name="Searches">Searches of each.</param>
/// <param name="EngineP50Ms">The engine's median.</param>
/// <param name="ServiceP50Ms">The service's, as its client sees it.</param>
/// <param name="ServiceP99Ms">The service's time that 99 of 100 did not exceed.</param>
/// <param name="StagesP50Ms">The median of what its answers say that the engine took.</param>
/// <param name="EmptyP50Ms">The median of a call that does nothing: gRPC's health check.</param>
internal sealed record AddedFigure(
    int Searches,
    double EngineP50Ms,
    double ServiceP50Ms,
    double ServiceP99Ms,
    double StagesP50Ms,
    double EmptyP50Ms)
{
    public double AddedMs => ServiceP50Ms - EngineP50Ms;
}

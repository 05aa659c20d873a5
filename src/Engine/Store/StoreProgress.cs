namespace Linr.Engine.Store;

/// <summary>How far the opening of a store is.</summary>
/// <param name="Stage">What is done now.</param>
/// <param name="Done">How much of it: snapshots opened; records of the log made again; items embedded.</param>
/// <param name="Total">Of how many.</param>
public readonly record struct StoreProgress(StoreStage Stage, long Done, long Total);

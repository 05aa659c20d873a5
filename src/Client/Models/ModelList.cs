using System.Collections.Immutable;

namespace Linr.Client;

/// <summary>What a server has.</summary>
/// <param name="Models">The models that the caller may use.</param>
/// <param name="Aliases">Models by their aliases.</param>
/// <param name="MemoryUsedBytes">Bytes that resident models take.</param>
/// <param name="MemoryBudgetBytes">Bytes that they may take.</param>
public sealed record ModelList(
    ImmutableArray<ModelInfo> Models,
    IReadOnlyDictionary<string, string> Aliases,
    long MemoryUsedBytes,
    long MemoryBudgetBytes);

using System.Collections.Immutable;

namespace Linr.Engine.Towers;

/// <summary>What a <see cref="CustomQueryTower"/> embeds: a user's history and features.</summary>
/// <param name="History">
/// The latest items of the history that the model has, oldest first, <see cref="CustomQueryTower.HistoryLength"/> at
/// most.
/// </param>
/// <param name="Embeddings">Their embeddings, [items of the history, D], as they were given to the model.</param>
/// <param name="Features">Values of the query's features by name.</param>
public sealed record QueryInput(
    ImmutableArray<ItemId> History,
    ReadOnlyMemory<float> Embeddings,
    IReadOnlyDictionary<string, IReadOnlyList<Value>> Features);

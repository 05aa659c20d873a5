using Linr.Index.Live;

namespace Linr.Engine.Live;

/// <summary>Changes whose items have all embeddings.</summary>
/// <param name="Changes">The changes.</param>
/// <param name="Origins">[change]: the embeddings that were not given; null where all were.</param>
internal readonly record struct CompletedChanges(
    IReadOnlyList<ItemChange> Changes, IReadOnlyList<EmbeddingOrigins>? Origins);

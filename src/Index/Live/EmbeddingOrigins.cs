namespace Linr.Index.Live;

/// <summary>Where embeddings of a change come from that were not given with it, by their names.</summary>
/// <param name="Made">A model made them.</param>
/// <param name="Kept">They are those that the item has, to the bit, where it is put in anew.</param>
public readonly record struct EmbeddingOrigins(IReadOnlySet<string> Made, IReadOnlySet<string> Kept);

using System.Collections.Immutable;

namespace Linr.Client;

/// <summary>A part of a streamed answer.</summary>
/// <param name="Hits">The next hits, best first.</param>
/// <param name="End">The rest of the answer, without hits; null in all parts but the last.</param>
public sealed record SearchPart(ImmutableArray<Hit> Hits, SearchResponse? End);

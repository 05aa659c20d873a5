namespace Linr.Formats;

/// <summary>One hit of one query, as it is written to a file.</summary>
/// <param name="Query">What the caller calls the query.</param>
/// <param name="Rank">The hit's place in the answer, from 1.</param>
/// <param name="Item">The item.</param>
/// <param name="Score">Its score.</param>
public readonly record struct HitRow(string Query, int Rank, ItemId Item, float Score);

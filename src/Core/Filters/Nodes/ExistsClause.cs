namespace Linr.Filters;

/// <summary>Holds when the item has a value of the attribute.</summary>
/// <param name="Attribute">The attribute's name.</param>
public sealed record ExistsClause(string Attribute) : Filter;

namespace Linr.Filters;

/// <summary>
/// Holds when the item has every one of these values of the attribute; with no value, when it has the attribute.
/// </summary>
/// <param name="Attribute">The attribute's name.</param>
/// <param name="Values">The values; a parameter may stand for a list.</param>
public sealed record ContainsAllClause(string Attribute, FilterList<Operand> Values) : Filter;

namespace Linr.Filters;

/// <summary>
/// Holds when the item has at least one of these values of the attribute; with no value it never holds.
/// </summary>
/// <param name="Attribute">The attribute's name.</param>
/// <param name="Values">The values; a parameter may stand for a list.</param>
public sealed record InClause(string Attribute, FilterList<Operand> Values) : Filter;

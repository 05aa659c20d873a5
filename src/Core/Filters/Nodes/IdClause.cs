namespace Linr.Filters;

/// <summary>Holds for the items with these ids: an allow list. Its complement is a deny list.</summary>
/// <param name="Ids">Integers, or the text of Guids and strings; a parameter may stand for a list.</param>
public sealed record IdClause(FilterList<Operand> Ids) : Filter;

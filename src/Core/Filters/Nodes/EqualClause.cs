namespace Linr.Filters;

/// <summary>Holds when the item has that value of the attribute, among others or alone.</summary>
/// <param name="Attribute">The attribute's name.</param>
/// <param name="Value">The value.</param>
public sealed record EqualClause(string Attribute, Operand Value) : Filter;

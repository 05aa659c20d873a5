namespace Linr.Filters;

/// <summary>
/// Builds filters in C#, best with <c>using static Linr.Filters.FilterBuilder</c>:
/// <c>Attribute("section") == "devel" &amp; !(Attribute("size") &lt; 1e6) &amp; IdNotIn(seen)</c>.
/// </summary>
public static class FilterBuilder
{
    /// <summary>An attribute, to compare with values.</summary>
    public static AttributeReference Attribute(string name) => new(name);

    /// <summary>A parameter that each search gives.</summary>
    /// <exception cref="ArgumentException">
    /// The name is not of the form that <see cref="Operand.Parameter"/> asks for.
    /// </exception>
    public static Operand Parameter(string name) => Operand.Parameter(name);

    /// <summary>An allow list: passes the items with these ids.</summary>
    public static Filter IdIn(params IEnumerable<ItemId> ids) => new IdClause([.. ids.Select(id => (Operand)id)]);

    /// <summary>A deny list: passes the items with none of these ids.</summary>
    public static Filter IdNotIn(params IEnumerable<ItemId> ids) => !IdIn(ids);

    /// <summary>An allow list that each search gives.</summary>
    public static Filter IdIn(Operand parameter) => new IdClause([parameter]);

    /// <summary>A deny list that each search gives.</summary>
    public static Filter IdNotIn(Operand parameter) => !IdIn(parameter);

    /// <summary>
    /// A conjunction of LiNR's clauses: an item passes a clause when one of its values of the attribute is in the
    /// clause's set, and a reverse clause when none is.
    /// </summary>
    public static Filter Clauses(params IEnumerable<SetClause> clauses)
        => Filter.All(clauses.Select(clause => clause.ToFilter()));
}

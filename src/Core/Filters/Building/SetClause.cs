namespace Linr.Filters;

/// <summary>
/// A clause as LiNR (arXiv 2407.13218) writes it: an attribute and a set of values. An item passes when at least one
/// of its values is in the set; a reverse clause passes when none is, so also when the item has no value.
/// </summary>
/// <param name="Attribute">The attribute's name.</param>
/// <param name="Values">The set.</param>
/// <param name="IsReverse">Whether it is a reverse clause.</param>
public sealed record SetClause(string Attribute, FilterList<Operand> Values, bool IsReverse = false)
{
    /// <summary>The clause as a filter.</summary>
    public Filter ToFilter()
    {
        InClause any = new(Attribute, Values);
        return IsReverse ? new NotFilter(any) : any;
    }
}

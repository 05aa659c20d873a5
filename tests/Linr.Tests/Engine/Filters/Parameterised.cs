using Linr.Filters;

namespace Linr.Tests.Engine.Filters;

/// <summary>Moves some literals of a filter into parameters.</summary>
internal sealed class Parameterised(Random random)
{
    private int _count;

    public FilterParameters Parameters { get; } = new();

    public Filter Rewrite(Filter filter) => filter switch
    {
        AndFilter and => new AndFilter([.. and.Filters.Select(Rewrite)]),
        OrFilter or => new OrFilter([.. or.Filters.Select(Rewrite)]),
        NotFilter not => new NotFilter(Rewrite(not.Inner)),
        EqualClause equal => equal with { Value = One(equal.Value) },
        InClause any => any with { Values = Many(any.Values) },
        ContainsAllClause all => all with { Values = Many(all.Values) },
        RangeClause range => new RangeClause(range.Attribute, Bound(range.Low), Bound(range.High)),
        IdClause id => id with { Ids = Many(id.Ids) },
        _ => filter,
    };

    private RangeBound? Bound(RangeBound? bound) => bound is { } end ? end with { Value = One(end.Value) } : null;

    private Operand One(Operand literal)
    {
        if (random.Next(3) == 0)
        {
            return literal;
        }

        string name = $"p{_count++}";
        Parameters.Set(name, literal.Literal);
        return Operand.Parameter(name);
    }

    /// <summary>Some values stay, some become a list, some parameters of their own.</summary>
    private FilterList<Operand> Many(FilterList<Operand> values)
    {
        int listed = random.Next(values.Count + 1);
        string name = $"list{_count++}";
        Parameters.SetList(name, values.Take(listed).Select(operand => operand.Literal).ToArray());
        return [Operand.Parameter(name), .. values.Skip(listed).Select(One)];
    }
}

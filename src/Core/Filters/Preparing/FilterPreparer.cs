using System.Collections.Immutable;

namespace Linr.Filters;

/// <summary>Checks a filter against a schema and gives its literals the types of their attributes.</summary>
internal sealed partial class FilterPreparer(Schema schema)
{
    /// <summary>Enough for a person to read; a list of a million wrong values needs no more.</summary>
    private const int ProblemsMax = 100;

    private readonly List<FilterProblem> _problems = [];
    private readonly List<ParameterUse> _parameters = [];
    private int _nodeCount;

    public ImmutableArray<FilterProblem> Problems => [.. _problems];

    public ImmutableArray<ParameterUse> Parameters => [.. _parameters];

    public PreparedNode Prepare(Filter filter, int depth = 1)
    {
        if (!IsWithinLimits(filter, depth))
        {
            return new PreparedConstant(false);
        }

        return filter switch
        {
            ConstantFilter constant => new PreparedConstant(constant.Passes),
            AndFilter and => Group(isAnd: true, and.Filters, depth),
            OrFilter or => Group(isAnd: false, or.Filters, depth),
            NotFilter not => new PreparedNot(Prepare(not.Inner, depth + 1)),
            IdClause id => PrepareIds(id),
            _ => PrepareClause(filter),
        };
    }

    private PreparedGroup Group(bool isAnd, FilterList<Filter> filters, int depth)
        => new(isAnd, [.. filters.Select(filter => Prepare(filter, depth + 1)).OrderBy(node => node.Cost)]);

    private bool IsWithinLimits(Filter filter, int depth)
    {
        if (depth > Limits.FilterDepthMax)
        {
            Add($"Expected a depth of at most {Limits.FilterDepthMax}; found more.", filter.Position);
            return false;
        }

        // Every value of CONTAINS ALL is tested by itself.
        int before = _nodeCount;
        _nodeCount += filter is ContainsAllClause all ? Math.Max(1, all.Values.Count) : 1;
        bool isWithin = _nodeCount <= Limits.FilterNodesMax;
        if (!isWithin && before <= Limits.FilterNodesMax)
        {
            Add($"Expected at most {Limits.FilterNodesMax} clauses and operators; found more.", filter.Position);
        }

        return isWithin;
    }

    private void Add(string message, FilterPosition position)
    {
        if (_problems.Count < ProblemsMax)
        {
            _problems.Add(new FilterProblem(message, position));
        }
    }
}

using System.Collections.Immutable;

namespace Linr.Filters;

/// <summary>
/// A filter that was checked once against a schema and may be searched with many times, each time with its own
/// parameters. Immutable, so safe for concurrent use.
/// </summary>
public sealed class PreparedFilter
{
    private readonly ImmutableArray<ParameterUse> _parameters;

    private PreparedFilter(Filter filter, Schema schema, PreparedNode root, ImmutableArray<ParameterUse> parameters)
    {
        Filter = filter;
        Schema = schema;
        Root = root;
        _parameters = parameters;
        ParameterNames = [.. parameters.Select(use => use.Name).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The filter as it was given.</summary>
    public Filter Filter { get; }

    /// <summary>The schema that it was checked against.</summary>
    public Schema Schema { get; }

    /// <summary>The parameters that each search must give, in the order in which they are first used.</summary>
    public ImmutableArray<string> ParameterNames { get; }

    internal PreparedNode Root { get; }

    /// <summary>Checks a filter against a schema.</summary>
    /// <exception cref="FilterException">
    /// An attribute is not there, a value has the wrong type, an order is asked of an attribute that has none, or a limit
    /// is passed: all problems at once.
    /// </exception>
    public static PreparedFilter Prepare(Filter filter, Schema schema)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(schema);
        FilterPreparer preparer = new(schema);
        PreparedNode root = preparer.Prepare(filter);
        return preparer.Problems.IsEmpty
            ? new PreparedFilter(filter, schema, root, preparer.Parameters)
            : throw new FilterException(preparer.Problems);
    }

    /// <summary>Checks the parameters of a search. Allocates nothing when they are right.</summary>
    /// <exception cref="FilterException">
    /// A parameter is missing, not asked for, of the wrong type, or a list where one value is asked for: all problems.
    /// </exception>
    public void Check(FilterParameters? parameters)
    {
        FilterParameters given = parameters ?? FilterParameters.None;
        if (given.ByName.Count == 0 && _parameters.IsEmpty)
        {
            return;
        }

        List<FilterProblem>? problems = null;
        foreach (ParameterUse use in _parameters)
        {
            string? problem = given.ByName.TryGetValue(use.Name, out FilterParameter parameter)
                ? FindProblem(use, parameter)
                : "Expected a value for it; found none.";
            if (problem is not null)
            {
                (problems ??= []).Add(new FilterProblem($"Parameter @{use.Name}: {problem}", use.Position));
            }
        }

        foreach (string name in given.ByName.Keys)
        {
            if (!ParameterNames.Contains(name))
            {
                (problems ??= []).Add(new FilterProblem(NearestName.Unknown("parameter", name, ParameterNames), default));
            }
        }

        if (problems is not null)
        {
            throw new FilterException([.. problems]);
        }
    }

    private static string? FindProblem(ParameterUse use, FilterParameter parameter)
    {
        if (parameter.IsList && use.ListMax == 0)
        {
            return "Expected one value; found a list.";
        }

        if (parameter.Count > Math.Max(1, use.ListMax))
        {
            return $"Expected at most {use.ListMax} values; found {parameter.Count}.";
        }

        if (parameter.Ids.FindProblem(use.Target) is { } wrongId)
        {
            return wrongId;
        }

        foreach (Value value in parameter.Values.Span)
        {
            if (use.Target.FindProblem(value) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }
}

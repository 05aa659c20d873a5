using Linr.Filters;
using Linr.Server.Options;

namespace Linr.Server.Wire;

/// <summary>How deep and wide a filter's tree is, against what a server takes.</summary>
internal static class FilterSize
{
    /// <exception cref="WireException">It is more than the limits allow.</exception>
    public static void Check(Filter filter, RequestLimits limits)
    {
        int depthMax = 0;
        long nodes = 0;
        long values = 0;
        Visit(filter, depth: 1);
        var problems = new WireProblems();
        Add("levels", "FilterDepthMax", depthMax, limits.FilterDepthMax);
        Add("clauses and operators", "FilterNodesMax", nodes, limits.FilterNodesMax);
        Add("values", "FilterValuesMax", values, limits.FilterValuesMax);
        problems.ThrowIfAny();

        // What is deeper than filters can be was refused when it was read.
        void Visit(Filter one, int depth)
        {
            depthMax = Math.Max(depthMax, depth);
            nodes++;
            switch (one)
            {
                case AndFilter and:
                    VisitAll(and.Filters, depth);
                    break;
                case OrFilter or:
                    VisitAll(or.Filters, depth);
                    break;
                case NotFilter not:
                    Visit(not.Inner, depth + 1);
                    break;
                case InClause clause:
                    values += clause.Values.Count;
                    break;
                case ContainsAllClause clause:
                    // Each is tested by itself.
                    values += clause.Values.Count;
                    nodes += Math.Max(0, clause.Values.Count - 1);
                    break;
                case IdClause clause:
                    values += clause.Ids.Count;
                    break;
            }
        }

        void VisitAll(FilterList<Filter> filters, int depth)
        {
            for (int i = 0; i < filters.Count; i++)
            {
                Visit(filters[i], depth + 1);
            }
        }

        void Add(string what, string limit, long found, long most)
        {
            if (found > most)
            {
                problems.Add("filter", $"expected at most {most:N0} {what} (Limits:{limit}); found {found:N0}.");
            }
        }
    }
}

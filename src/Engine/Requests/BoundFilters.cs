using System.Collections.Concurrent;
using Linr.Engine.Filters;
using Linr.Filters;
using Linr.Index;
using Linr.Kernels.Filter;

namespace Linr.Engine.Requests;

/// <summary>
/// The filters of one batch, bound to the table's codes; equal filters are bound and evaluated once. Disposing it gives
/// the compilers back for the next batch.
/// </summary>
internal sealed class BoundFilters(ItemTable table, ConcurrentBag<FilterCompiler> compilers) : IDisposable
{
    private readonly Dictionary<(Filter, FilterParameters?), RowFilter?> _bound = [];
    private readonly List<FilterCompiler> _rented = [];

    /// <summary>The filter to scan with, or null when every row passes.</summary>
    /// <exception cref="FilterException">The filter or its parameters are wrong.</exception>
    public RowFilter? Bind(RequestWork work)
    {
        PreparedFilter? prepared = Prepare(work);
        if (prepared is null)
        {
            return null;
        }

        var key = (prepared.Filter, work.Request.Parameters);
        if (!_bound.TryGetValue(key, out RowFilter? bound))
        {
            if (!compilers.TryTake(out FilterCompiler? compiler))
            {
                compiler = new FilterCompiler();
            }

            _rented.Add(compiler);
            PlanFilter filter = compiler.Compile(prepared, work.Request.Parameters, table, work.View);
            bound = filter.Plan.Entry == FilterPlan.Pass ? null : filter;
            _bound.Add(key, bound);
        }

        return bound;
    }

    public void Dispose() => _rented.ForEach(compilers.Add);

    private PreparedFilter? Prepare(RequestWork work)
    {
        Filter? asked = work.Request.Filter ?? work.Request.PreparedFilter?.Filter;
        if (work.FiltersSeen)
        {
            // Under a group cap a seen item would take a place of its group, so it must not pass at all.
            Filter unseen = FilterBuilder.IdNotIn(work.Query.Seen.Select(table.Ids.Read));
            return PreparedFilter.Prepare(asked is null ? unseen : asked & unseen, table.Schema);
        }

        return work.Request.PreparedFilter ?? (asked is null ? null : PreparedFilter.Prepare(asked, table.Schema));
    }
}

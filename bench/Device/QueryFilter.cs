using System.Collections;
using Linr.Kernels;
using Linr.Kernels.Filter;

namespace Linr.Bench.Device;

/// <summary>The filter of one query: some geos, not one company, maybe one title; or the worst rows.</summary>
internal sealed class QueryFilter
{
    private readonly BitArray _geos = new(RandomAttributes.GeoCount + 1);
    private readonly CaseFilter _kind;
    private readonly uint _company;
    private readonly uint? _title;

    public QueryFilter(CaseFilter kind, int query)
    {
        _kind = kind;
        Random random = new(query);
        int[] geos = [.. Enumerable.Range(1, RandomAttributes.GeoCount)];
        random.Shuffle(geos);
        geos = geos[..RandomAttributes.GeosPassed];
        Array.ForEach(geos, geo => _geos[geo] = true);
        _company = (uint)random.Next(1, RandomAttributes.CompanyCount + 1);
        _title = kind == CaseFilter.Title ? (uint)random.Next(1, RandomAttributes.TitleCount + 1) : null;
        OnDevice = new DeviceFilter(kind == CaseFilter.Worst ? WorstPlan() : Plan(geos))
        {
            Columns = RandomAttributes.Columns,
        };
    }

    /// <summary>As the search takes it.</summary>
    public DeviceFilter OnDevice { get; }

    /// <summary>Whether a row passes, found without the device.</summary>
    public bool Passes(RandomAttributes attributes, long row)
        => _kind == CaseFilter.Worst
            ? attributes.IsWorst(row)
            : _geos[(int)attributes.Geo(row)]
            && attributes.Company(row) != _company
            && (_title is null || attributes.Title(row) == _title);

    private static FilterPlan WorstPlan()
    {
        FilterPlan plan = new();
        plan.AppendColumn(ColumnElement.Code8);
        plan.AppendColumn(ColumnElement.Code32);
        plan.AppendColumn(ColumnElement.Code16);
        int worst = plan.AppendColumn(ColumnElement.Code8);
        plan.Complete(plan.AppendAnyOf(
            worst, [RandomAttributes.WorstCode], areCodes: true, FilterPlan.Pass, FilterPlan.Fail));
        return plan;
    }

    private FilterPlan Plan(int[] geos)
    {
        FilterPlan plan = new();
        int geo = plan.AppendColumn(ColumnElement.Code8);
        int company = plan.AppendColumn(ColumnElement.Code32);
        int title = plan.AppendColumn(ColumnElement.Code16);
        int next = _title is { } code ? plan.AppendAnyOf(title, [code], true, FilterPlan.Pass, FilterPlan.Fail)
            : FilterPlan.Pass;
        next = plan.AppendAnyOf(company, [_company], areCodes: true, FilterPlan.Fail, next);
        plan.Complete(plan.AppendAnyOf(
            geo, [.. geos.Select(one => (ulong)one)], areCodes: true, next, FilterPlan.Fail));
        return plan;
    }
}

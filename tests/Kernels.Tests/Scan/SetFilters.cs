using Linr.Kernels.Filter;

namespace Linr.Kernels.Tests.Scan;

/// <summary>Plans of two sets of codes on the same two columns, another for each query.</summary>
internal static class SetFilters
{
    public static RowFilter?[] OneEach(TestTable table, int count)
    {
        ReadOnlyMemory<ColumnBlock> wide = table.Codes(ColumnElement.Code16, row => (uint)(row * 7 % 1_001));
        ReadOnlyMemory<ColumnBlock> narrow = table.Codes(ColumnElement.Code8, row => (uint)(row % 13));
        return [.. Enumerable.Range(0, count).Select(query => One(wide, narrow, query))];
    }

    private static PlanFilter One(ReadOnlyMemory<ColumnBlock> wide, ReadOnlyMemory<ColumnBlock> narrow, int query)
    {
        FilterPlan plan = new();
        plan.AppendColumn(wide);
        plan.AppendColumn(narrow);
        ulong[] codes = [.. Enumerable.Range(0, 100).Select(i => (ulong)(1 + (((i * (query + 3)) + query) % 1_000)))];
        int not = plan.AppendAnyOf(1, [1 + (ulong)(query % 12)], areCodes: true, FilterPlan.Fail, FilterPlan.Pass);
        plan.Complete(plan.AppendAnyOf(0, codes, areCodes: true, not, FilterPlan.Fail));
        return new PlanFilter(plan);
    }
}

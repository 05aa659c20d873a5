using Linr.Engine.Filters;
using Linr.Filters;
using Linr.Index;
using Linr.Kernels.Filter;

namespace Linr.Tests.Engine.Filters;

/// <summary>The rows of a table that a filter passes.</summary>
internal static class FilterMask
{
    public static bool[] Of(Filter filter, ItemTable table, FilterParameters? parameters = null)
        => Of(PreparedFilter.Prepare(filter, table.Schema), table, parameters);

    public static bool[] Of(PreparedFilter filter, ItemTable table, FilterParameters? parameters = null)
        => Of(new FilterCompiler().Compile(filter, parameters, table), table);

    public static bool[] Of(PlanFilter filter, ItemTable table)
    {
        bool[] passes = new bool[table.Rows];
        ulong[] mask = new ulong[Limits.BlockRows / 64];
        for (int block = 0; block < table.BlockCount; block++)
        {
            int rows = table.BlockRows(block);
            filter.Evaluate(block, 0, rows, mask);
            for (int row = 0; row < rows; row++)
            {
                passes[(block * Limits.BlockRows) + row] = (mask[row / 64] >> (row % 64) & 1) != 0;
            }
        }

        return passes;
    }

    public static bool[] ByReference(PlanFilter filter, ItemTable table)
        => [.. Enumerable.Range(0, (int)table.Rows).Select(row => filter.Plan.Passes((uint)row))];
}

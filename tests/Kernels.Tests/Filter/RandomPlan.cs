using Linr.Kernels.Filter;

namespace Linr.Kernels.Tests.Filter;

/// <summary>Plans of random clauses on random columns, jumping at random: more shapes than any filter has.</summary>
internal static class RandomPlan
{
    public static FilterPlan Make(Random random, RandomColumns columns, FilterPlan? reuse = null)
    {
        FilterPlan plan = reuse ?? new FilterPlan();
        plan.Clear();
        int entry = random.Next(8) == 0 ? FilterPlan.Pass : FilterPlan.Fail;
        int clauseCount = random.Next(0, 7);
        for (int i = 0; i < clauseCount; i++)
        {
            int whenTrue = random.Next(FilterPlan.Fail, plan.Clauses.Length);
            int whenFalse = random.Next(3) == 0 ? whenTrue : random.Next(FilterPlan.Fail, plan.Clauses.Length);
            entry = Append(random, plan, columns, whenTrue, whenFalse);
        }

        plan.Complete(entry);
        return plan;
    }

    private static int Append(Random random, FilterPlan plan, RandomColumns columns, int whenTrue, int whenFalse)
    {
        ColumnElement[] elements =
            [ColumnElement.Code32, ColumnElement.Int64, ColumnElement.Float64, ColumnElement.Byte];
        ColumnElement element = elements[random.Next(elements.Length)];
        int limit = new[] { 5, 200, 3_000, 100_000 }[random.Next(4)];
        int kind = random.Next(6);
        if (kind == 0)
        {
            return plan.AppendRows(Rows(random, columns), columns.BlockCount, whenTrue, whenFalse);
        }

        int column = plan.AppendColumn(columns.Make(element, limit, random.Next(2) == 0));
        if (kind == 1)
        {
            return plan.AppendExists(column, whenTrue, whenFalse);
        }

        if (kind == 2 && element is ColumnElement.Int64 or ColumnElement.Float64)
        {
            (long low, long high) = Range(random, element, limit);
            return plan.AppendRange(column, low, high, whenTrue, whenFalse);
        }

        int count = new[] { 0, 1, 2, 8, 9, 40, 500 }[random.Next(7)];
        ulong[] constants = [.. Enumerable.Range(0, count).Select(_ => Constant(random, element, limit))];
        return plan.AppendAnyOf(column, constants, element == ColumnElement.Code32, whenTrue, whenFalse);
    }

    private static uint[] Rows(Random random, RandomColumns columns)
    {
        int most = random.Next(2) == 0 ? 100 : 5_000;
        return [.. Enumerable.Range(0, random.Next(0, most))
            .Select(_ => random.Next(20) == 0 ? uint.MaxValue : (uint)random.Next(columns.RowCount))];
    }

    private static (long Low, long High) Range(Random random, ColumnElement element, int limit)
    {
        long low = random.Next(10) == 0 ? long.MinValue : random.Next(-limit, limit);
        long high = random.Next(10) == 0 ? long.MaxValue : low + Math.Min(random.Next(limit), long.MaxValue - low);
        if (element == ColumnElement.Int64)
        {
            return (low, high);
        }

        double floatLow = low == long.MinValue ? double.NegativeInfinity : low / 4.0;
        double floatHigh = high == long.MaxValue ? double.PositiveInfinity : high / 4.0;
        return (BitConverter.DoubleToInt64Bits(floatLow), BitConverter.DoubleToInt64Bits(floatHigh));
    }

    private static ulong Constant(Random random, ColumnElement element, int limit) => element switch
    {
        // Some are wider than the codes of a narrow block.
        ColumnElement.Code32 => (ulong)random.Next(1, random.Next(4) == 0 ? 1_000 * limit : limit),
        ColumnElement.Byte => (ulong)random.Next(2),
        ColumnElement.Int64 => (ulong)(random.Next(20) == 0 ? long.MaxValue : random.Next(-limit, limit)),
        _ => BitConverter.DoubleToUInt64Bits(random.Next(-limit, limit) / 4.0),
    };
}

using Linr.Kernels.Filter;

namespace Linr.Kernels.Tests.Filter;

/// <summary>
/// Filters of a batch on the same columns: mostly conjunctions, some negated, some of clauses that are not shared, some
/// of any shape.
/// </summary>
internal sealed class SharedPlans
{
    private static readonly int[] s_limits = [5, 200, 3_000, 100_000];

    private readonly Random _random;
    private readonly ColumnBlock[][] _columns;
    private readonly ColumnElement[] _elements;
    private readonly int[] _limitOf;

    public SharedPlans(Random random, RandomColumns columns)
    {
        _random = random;
        _elements =
        [
            ColumnElement.Code32, ColumnElement.Code32, ColumnElement.Code32, ColumnElement.Int64, ColumnElement.Byte,
        ];
        _limitOf = [.. _elements.Select(_ => s_limits[random.Next(s_limits.Length)])];
        _columns = [.. _elements.Select((element, i) => columns.Make(element, _limitOf[i], random.Next(3) == 0))];
        if (random.Next(4) == 0)
        {
            _columns[0] = _columns[0][..^1];
        }
    }

    public FilterPlan Make()
    {
        FilterPlan plan = new();
        foreach (ColumnBlock[] column in _columns)
        {
            plan.AppendColumn(column);
        }

        int kind = _random.Next(12);
        int next = kind == 0 ? FilterPlan.Fail : FilterPlan.Pass;
        int clauses = kind == 1 ? 70 : _random.Next(0, 5);
        for (int i = 0; i < clauses; i++)
        {
            bool isConjunct = kind is 1 or > 3;
            int other = isConjunct ? FilterPlan.Fail : _random.Next(FilterPlan.Fail, plan.Clauses.Length);
            next = _random.Next(3) == 0 ? Append(plan, other, next) : Append(plan, next, other);
        }

        plan.Complete(next);
        return plan;
    }

    private int Append(FilterPlan plan, int whenTrue, int whenFalse)
    {
        int column = _random.Next(_columns.Length);
        if (_random.Next(10) == 0)
        {
            return plan.AppendExists(column, whenTrue, whenFalse);
        }

        int count = new[] { 1, 2, 8, 9, 40, 2_000 }[_random.Next(6)];
        bool areCodes = _elements[column] == ColumnElement.Code32;
        int limit = _random.Next(6) == 0 ? 50 * _limitOf[column] : _limitOf[column];
        ulong[] constants = [.. Enumerable.Range(0, count).Select(
            _ => (ulong)_random.Next(areCodes ? 1 : 0, areCodes ? limit : Math.Min(limit, 7)))];
        return plan.AppendAnyOf(column, constants, areCodes, whenTrue, whenFalse);
    }
}

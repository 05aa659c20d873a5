using CsCheck;
using Linr.Filters;

namespace Linr.Tests.Core.Filters;

/// <summary>Random filters of every shape, with odd names and extreme values; no schema fits them.</summary>
internal static class FilterGen
{
    private static readonly Gen<string> s_name = Gen.OneOf(
        Gen.OneOf(
            "a", "size", "tag.b-c", "_x9", "in", "ID", "date", "All", "exists", "infinity", "odd name", "q\"q", "é"),
        Gen.String[Gen.Char['a', 'z'], 1, 8]);

    private static readonly Gen<string> s_text = Gen.OneOf(
        Gen.OneOf(string.Empty, "'", "''", "it's\n\"so\"", "2024-01-31", "\u0000\\u", "日本", "😀"),
        Gen.String[Gen.Char[' ', '~'], 0, 12]);

    private static readonly Gen<Value> s_value = Gen.OneOf(
        s_text.Select(Value.OfKeyword),
        Gen.OneOf(Gen.Long, Gen.OneOf(long.MinValue, long.MaxValue, 0, -1)).Select(Value.OfInteger),
        Gen.OneOf(Gen.Double.Where(double.IsFinite), Gen.OneOf(
            double.NegativeInfinity, double.PositiveInfinity, -0.0, 1e6, double.Epsilon, double.MaxValue,
            9007199254740993.0))
            .Select(Value.OfFloat),
        Gen.Bool.Select(Value.OfBoolean),
        Gen.OneOf(Gen.Long, Gen.Long[0, 2_000_000_000_000_000], Gen.OneOf(0L, long.MaxValue, 1_700_000_000_000_000))
            .Select(Value.OfDateMicroseconds));

    private static readonly Gen<Operand> s_operand = Gen.Frequency(
        (5, s_value.Select(value => new Operand(value))),
        (1, Gen.OneOf("p", "_codes", "a.b-1").Select(Operand.Parameter)));

    private static readonly Gen<FilterList<Operand>> s_list =
        s_operand.Array[0, 4].Select(operands => FilterList.Create(operands));

    private static readonly Gen<RangeBound?> s_bound =
        Gen.Select(s_operand, Gen.Bool, (operand, inclusive) => (RangeBound?)new RangeBound(operand, inclusive));

    private static readonly Gen<Filter> s_leaf = Gen.OneOf<Filter>(
        Gen.Bool.Select(passes => (Filter)new ConstantFilter(passes)),
        Gen.Select(s_name, s_operand, (name, value) => (Filter)new EqualClause(name, value)),
        Gen.Select(s_name, s_list, (name, values) => (Filter)new InClause(name, values)),
        Gen.Select(s_name, s_list, (name, values) => (Filter)new ContainsAllClause(name, values)),
        Gen.Select(s_name, s_bound, s_bound, Gen.Int[0, 2], (name, low, high, ends) =>
            (Filter)new RangeClause(name, ends == 1 ? null : low, ends == 2 ? null : high)),
        s_name.Select(name => (Filter)new ExistsClause(name)),
        s_list.Select(ids => (Filter)new IdClause(ids)));

    /// <summary>Filters of up to five levels.</summary>
    public static Gen<Filter> Any { get; } = OfDepth(5);

    private static Gen<Filter> OfDepth(int depth)
    {
        if (depth == 1)
        {
            return s_leaf;
        }

        Gen<Filter> inner = OfDepth(depth - 1);
        return Gen.Frequency(
            (2, s_leaf),
            (1, inner.Select(one => (Filter)new NotFilter(one))),
            (1, inner.Array[2, 4].Select(many => (Filter)new AndFilter(FilterList.Create(many)))),
            (1, inner.Array[2, 4].Select(many => (Filter)new OrFilter(FilterList.Create(many)))));
    }
}

using CsCheck;
using Linr.Engine.Filters;
using Linr.Filters;
using Linr.Index;
using Linr.Kernels.Filter;
using Linr.Kernels.Tests;
using static Linr.Filters.FilterBuilder;

namespace Linr.Tests.Engine.Filters;

public class FilterCompilerTests
{
    private static readonly Gen<int> s_seed = Gen.Int[0, 1 << 30];

    [Fact]
    public void Plans_pass_the_items_that_the_filter_passes()
        => s_seed.Sample(seed =>
        {
            Random random = new(seed);
            RandomItems items = new(random, random.Next(1, 400));
            using ItemTable table = items.ToTable();
            FilterCompiler compiler = new();
            for (int i = 0; i < 20; i++)
            {
                AssertMatchesNaive(items.Filter(5), items, table, compiler);
            }
        }, iter: 150);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Plans_pass_the_right_items_over_several_blocks(int seed)
    {
        Random random = new(seed);
        RandomItems items = new(random, Limits.BlockRows + 500);
        using ItemTable table = items.ToTable();
        FilterCompiler compiler = new();
        for (int i = 0; i < 4; i++)
        {
            AssertMatchesNaive(items.Filter(4), items, table, compiler);
        }
    }

    [Fact]
    public void The_laws_of_logic_hold()
        => s_seed.Sample(seed =>
        {
            Random random = new(seed);
            RandomItems items = new(random, 300);
            using ItemTable table = items.ToTable();
            Filter left = items.Filter(3);
            Filter right = items.Filter(3);
            AssertSame(!(left & right), !left | !right, table);
            AssertSame(!(left | right), !left & !right, table);
            AssertSame(!!left, left, table);
            AssertSame(left & right, right & left, table);
            AssertSame(left | (left & right), left, table);
            AssertSame(left & !left, Filter.Nothing, table);
            AssertSame(left | !left, Filter.Everything, table);
        }, iter: 200);

    [Fact]
    public void The_forms_of_a_filter_mean_the_same()
        => s_seed.Sample(seed =>
        {
            Random random = new(seed);
            RandomItems items = new(random, 200);
            using ItemTable table = items.ToTable();
            Filter filter = items.Filter(4);
            bool[] expected = FilterMask.Of(filter, table);
            Assert.Equal(expected, FilterMask.Of(Filter.Parse(filter.ToString()), table));
            Assert.Equal(expected, FilterMask.Of(FilterJson.Parse(FilterJson.ToJson(filter)), table));
        }, iter: 100);

    [Fact]
    public void Parameters_mean_what_literals_in_their_place_mean()
        => s_seed.Sample(seed =>
        {
            Random random = new(seed);
            RandomItems items = new(random, 200);
            using ItemTable table = items.ToTable();
            Filter filter = items.Filter(4);
            Parameterised parameterised = new(random);
            Filter withParameters = parameterised.Rewrite(filter);
            Assert.Equal(FilterMask.Of(filter, table), FilterMask.Of(withParameters, table, parameterised.Parameters));
        }, iter: 200);

    [Fact]
    public void A_value_that_no_item_has_matches_nothing()
    {
        using ItemTable table = Keywords();
        Assert.Equal(FilterPlan.Fail, Entry(Attribute("a") == "unknown", table));
        Assert.Equal(FilterPlan.Fail, Entry(Attribute("a").ContainsAll("x", "unknown"), table));
        Assert.Equal(FilterPlan.Pass, Entry(Attribute("a") != "unknown", table));
        Assert.Equal([true, true, false], FilterMask.Of(Attribute("a").In("unknown", "x"), table));
        Assert.Equal([true, false, false], FilterMask.Of(Attribute("a").ContainsAll("y", "x", "y"), table));
        Assert.Equal([true, true, false], FilterMask.Of(Attribute("a").ContainsAll(), table));
    }

    [Fact]
    public void LiNR_clauses_pass_any_and_reverse_clauses_none()
    {
        using ItemTable table = Keywords();
        SetClause any = new("a", ["x", "z"]);
        Assert.Equal([true, true, false], FilterMask.Of(Clauses(any), table));
        Assert.Equal([false, false, true], FilterMask.Of(Clauses(any with { IsReverse = true }), table));
        Assert.Equal(
            [false, true, false], FilterMask.Of(Clauses(any, new SetClause("a", ["y"], IsReverse: true)), table));
        Assert.Equal([true, true, true], FilterMask.Of(Clauses(), table));
    }

    [Fact]
    public void Id_lists_may_be_given_in_any_form()
    {
        using ItemTable table = Keywords();
        PreparedFilter filter = PreparedFilter.Prepare(IdNotIn(Parameter("seen")), table.Schema);
        FilterParameters[] forms =
        [
            new FilterParameters().SetIds("seen", new long[] { 2, 7, 0 }),
            new FilterParameters().SetIds("seen", new ItemId[] { 2, 7, 0 }),
            new FilterParameters().SetList("seen", [2, 7, 0]),
        ];
        Assert.All(forms, form => Assert.Equal([false, true, false], FilterMask.Of(filter, table, form)));
        Assert.Equal([true, true, false], FilterMask.Of(filter, table, new FilterParameters().Set("seen", 2)));
    }

    [Fact]
    public void A_filter_for_other_fields_is_refused()
    {
        using ItemTable keywords = Keywords();
        using ItemTable others = new RandomItems(new Random(1), 3).ToTable();
        PreparedFilter filter = PreparedFilter.Prepare(Attribute("a").Exists(), keywords.Schema);
        Assert.Throws<ArgumentException>(() => new FilterCompiler().Compile(filter, null, others));
    }

    [Fact]
    public void Compiling_allocates_nothing_once_warm()
    {
        RandomItems items = new(new Random(9), 2_000);
        using ItemTable table = items.ToTable();
        PreparedFilter[] filters =
            [.. Enumerable.Range(0, 30).Select(_ => PreparedFilter.Prepare(items.Filter(5), table.Schema))];
        PreparedFilter seen = PreparedFilter.Prepare(IdNotIn(Parameter("seen")), table.Schema);
        FilterParameters parameters = new FilterParameters().SetIds(
            "seen", items.Items[..500].Select(item => item.Id).ToArray());
        FilterCompiler compiler = new();
        ulong[] mask = new ulong[32];
        CompileAll();
        Assert.Equal(0, Allocations.OfPass(CompileAll));

        void CompileAll()
        {
            foreach (PreparedFilter filter in filters)
            {
                compiler.Compile(filter, null, table).Evaluate(0, 0, 2_000, mask);
            }

            compiler.Compile(seen, parameters, table).Evaluate(0, 0, 2_000, mask);
        }
    }

    /// <summary>Asserts that a filter's plan passes the items that the interpreter passes.</summary>
    internal static void AssertMatchesNaive(Filter filter, RandomItems items, ItemTable table, FilterCompiler compiler)
    {
        bool[] expected = [.. items.Items.Select(item => NaiveFilter.Passes(filter, item, items.Schema))];
        PlanFilter plan = compiler.Compile(PreparedFilter.Prepare(filter, table.Schema), null, table);
        Assert.Equal(expected, FilterMask.Of(plan, table));
        Assert.Equal(expected, FilterMask.ByReference(plan, table));
    }

    private static void AssertSame(Filter left, Filter right, ItemTable table)
        => Assert.Equal(FilterMask.Of(left, table), FilterMask.Of(right, table));

    private static int Entry(Filter filter, ItemTable table)
        => new FilterCompiler().Compile(PreparedFilter.Prepare(filter, table.Schema), null, table).Plan.Entry;

    private static ItemTable Keywords()
    {
        Schema schema = new()
        {
            IdKind = IdKind.Integer,
            Fields = [new FieldSchema("a", FieldType.Keyword, FieldRoles.Attribute, MultiValued: true)],
        };
        using ItemTableBuilder builder = new(schema);
        Value[][] values = [["x", "y"], ["x"], []];
        for (int i = 0; i < values.Length; i++)
        {
            builder.Append(
                new Item { Id = i, Fields = new Dictionary<string, IReadOnlyList<Value>> { ["a"] = values[i] } });
        }

        return builder.Build();
    }
}

using CsCheck;
using Linr.Kernels.Filter;
using Linr.Kernels.Scan;
using Linr.Kernels.Tests.Scan;
using Linr.Memory;

namespace Linr.Kernels.Tests.Filter;

public sealed unsafe class SharedClausesTests
{
    private static readonly int[] s_rowCounts = [1, 63, 64, 65, 1_000, 1_024, 1_087, 4_096, 9_001];

    [Fact]
    public void Masks_are_those_of_each_filter_alone()
        => Gen.Int[0, 1 << 30].Sample(seed =>
        {
            Random random = new(seed);
            using RandomColumns columns = new(seed, s_rowCounts[random.Next(s_rowCounts.Length)]);
            AssertSame(new SharedPlans(random, columns), random, 0, columns.RowCount);
        }, iter: 400);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Masks_are_those_of_each_filter_alone_in_every_block(int seed)
    {
        Random random = new(seed);
        using RandomColumns columns = new(seed, ScanSegment.BlockRows + 777);
        SharedPlans plans = new(random, columns);
        AssertSame(plans, random, 0, ScanSegment.BlockRows);
        AssertSame(plans, random, 1, 777);
        AssertSame(plans, random, 2, 64);
    }

    [Fact]
    public void Conjunctions_of_sets_are_shared_and_other_clauses_are_not()
    {
        using RandomColumns columns = new(1, 5_000);
        ColumnBlock[] codes = columns.Make(ColumnElement.Code32, 900, isMultiValued: false);
        ColumnBlock[] tags = columns.Make(ColumnElement.Code32, 50, isMultiValued: true);
        ColumnBlock[] numbers = columns.Make(ColumnElement.Int64, 50, isMultiValued: false);
        PlanFilter both = Plan([codes, tags], (plan, on) => plan.AppendAnyOf(
            0, [7, 9], areCodes: true, plan.AppendAnyOf(1, [3], areCodes: true, FilterPlan.Fail, on), FilterPlan.Fail));
        PlanFilter afterNumber = Plan([codes, numbers], (plan, on) => plan.AppendRange(
            1, 0, 30, plan.AppendAnyOf(0, [.. Sequence(20)], areCodes: true, FilterPlan.Fail, on), FilterPlan.Fail));
        PlanFilter either = Plan([codes, tags], (plan, on) => plan.AppendAnyOf(
            0, [7], areCodes: true, on, plan.AppendAnyOf(1, [3], areCodes: true, on, FilterPlan.Fail)));
        PlanFilter number = Plan([numbers], (plan, on) => plan.AppendRange(0, 0, 30, on, FilterPlan.Fail));
        RowFilter?[] filters = [both, null, afterNumber, either, number, new PredicateFilter(row => row % 3 == 0)];
        using SharedClauses shared = new();
        shared.Prepare(filters, 5_000);
        Assert.False(shared.IsWhole);
        Assert.Equal([true, false, true, false, false, false], filters.Select((_, filter) => shared.Has(filter)));
        AssertSame(shared, filters, 0, 0, 5_000);
    }

    [Fact]
    public void A_table_is_made_only_where_it_pays()
    {
        using RandomColumns columns = new(1, 5_000);
        ColumnBlock[] codes = columns.Make(ColumnElement.Code32, 100_000, isMultiValued: false);
        Assert.False(IsShared(codes, count: 1, largest: 100, rowCount: 1_000_000));
        Assert.True(IsShared(codes, count: 2, largest: 100, rowCount: 1_000_000));
        Assert.True(IsShared(codes, count: 2, largest: 60_000, rowCount: 1_000_000));
        Assert.False(IsShared(codes, count: 2, largest: 60_000, rowCount: 100_000));
        Assert.False(IsShared(codes, count: 3, largest: 60_000_000, rowCount: 1_000_000));
        Assert.True(IsShared(codes, count: 4, largest: 60_000_000, rowCount: 1_000_000));
        Assert.True(IsShared(codes, count: 32, largest: uint.MaxValue, rowCount: 1_000_000));
        Assert.True(IsShared(codes, count: 32, largest: ulong.MaxValue, rowCount: 1_000_000));
        Assert.False(IsShared(codes, count: 4, largest: 60_000_000, rowCount: 100));
    }

    [Fact]
    public void Filters_taken_before_are_forgotten()
    {
        using RandomColumns columns = new(1, 5_000);
        ColumnBlock[] codes = columns.Make(ColumnElement.Code32, 100, isMultiValued: false);
        RowFilter?[] filters = [.. Sequence(9).Select(code => Set(codes, code))];
        using SharedClauses shared = new();
        shared.Prepare(filters, 5_000);
        Assert.False(shared.IsEmpty);
        Assert.True(shared.IsWhole);
        AssertSame(shared, filters, 0, 0, 5_000);
        shared.Prepare(filters.AsSpan(3, 4), 5_000);
        AssertSame(shared, filters[3..7], 0, 0, 5_000);
        shared.Prepare(filters.AsSpan(0, 1), 5_000);
        Assert.True(shared.IsEmpty);
        Assert.False(shared.Has(0));
    }

    [Theory]
    [InlineData(9, 2_000_000)]
    [InlineData(1_000, 100_000_000)]
    [InlineData(30_000, 20_000_000)]
    public void Sets_of_a_large_dictionary_are_hashed_unless_they_hold_most_codes(int count, int limit)
    {
        using RandomColumns columns = new(count, 5_000);
        ColumnBlock[] codes = columns.Make(ColumnElement.Code32, limit, isMultiValued: false);
        Random random = new(count);
        RowFilter?[] filters = [.. Enumerable.Range(0, 16).Select(_ => Set(codes, [.. Enumerable.Range(0, count).Select(
            _ => (ulong)Math.Max(1, ((uint*)codes[0].Values)[random.Next(5_000)]))]))];
        using SharedClauses shared = new();
        shared.Prepare(filters, 100_000_000);
        Assert.Equal(count <= 1_000, shared.IsWhole);
        AssertSame(shared, filters, 0, 0, 5_000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(17)]
    [InlineData(32)]
    public void Words_become_masks(int filterCount)
    {
        const int rows = 192;
        const int stride = 5;
        Random random = new(filterCount);
        uint[] words = [.. Enumerable.Range(0, rows).Select(_ => (uint)random.NextInt64(1L << 32))];
        ulong[] found = new ulong[(filterCount + 1) * stride];
        ulong[] expected = new ulong[found.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int filter = 0; filter < filterCount; filter++)
            {
                expected[(filter * stride) + (row / 64)] |= (ulong)(words[row] >> filter & 1) << (row % 64);
            }
        }

        fixed (uint* source = words)
        fixed (ulong* masks = found)
        {
            RowWords.ToMasks(source, rows, filterCount, masks, stride);
        }

        Assert.Equal(expected, found);
    }

    private static bool IsShared(ColumnBlock[] codes, int count, ulong largest, long rowCount)
    {
        RowFilter?[] filters = [.. Sequence(count).Select(code => Set(codes, code, largest))];
        using SharedClauses shared = new();
        shared.Prepare(filters, rowCount);
        Assert.Equal(!shared.IsEmpty, shared.Has(0));
        AssertSame(shared, filters, 0, 0, 5_000);
        return shared.Has(0);
    }

    private static PlanFilter Set(ColumnBlock[] codes, params ulong[] constants)
        => Plan([codes], (plan, on) => plan.AppendAnyOf(0, constants, areCodes: true, on, FilterPlan.Fail));

    private static IEnumerable<ulong> Sequence(int count) => Enumerable.Range(1, count).Select(code => (ulong)code);

    private static PlanFilter Plan(ColumnBlock[][] columns, Func<FilterPlan, int, int> append)
    {
        FilterPlan plan = new();
        foreach (ColumnBlock[] column in columns)
        {
            plan.AppendColumn(column);
        }

        plan.Complete(append(plan, FilterPlan.Pass));
        return new PlanFilter(plan);
    }

    private static void AssertSame(SharedPlans plans, Random random, int block, int blockRows)
    {
        RowFilter?[] filters = [.. Enumerable.Range(0, random.Next(1, SharedClauses.FiltersMax + 1)).Select(
            _ => random.Next(20) switch
            {
                0 => null,
                1 => new PredicateFilter(row => row % 3 == 0),
                _ => (RowFilter)new PlanFilter(plans.Make()),
            })];
        using SharedClauses shared = new();
        shared.Prepare(filters, random.Next(4) == 0 ? blockRows : 100_000_000);
        AssertSame(shared, filters, block, 0, blockRows);
        int firstRow = 64 * random.Next((blockRows + 63) / 64);
        AssertSame(shared, filters, block, firstRow, random.Next(1, blockRows - firstRow + 1));
    }

    private static void AssertSame(SharedClauses shared, RowFilter?[] filters, int block, int firstRow, int rowCount)
    {
        int words = (rowCount + 63) / 64;
        int stride = words + 3;
        using NativeBuffer buffer = new(filters.Length * stride * sizeof(ulong));
        using NativeBuffer rowWords = new(64L * words * sizeof(uint));
        shared.Evaluate(block, firstRow, rowCount, (uint*)rowWords.Address, (ulong*)buffer.Address, stride);
        ulong[] expected = new ulong[words];
        for (int filter = 0; filter < filters.Length; filter++)
        {
            if (shared.Has(filter))
            {
                filters[filter]!.Evaluate(block, firstRow, rowCount, expected);
                Assert.Equal(expected, buffer.Span<ulong>(filter * stride, words).ToArray());
                Assert.True(!shared.IsWhole || Enumerable.Range(0, rowCount).All(row =>
                    (rowWords.Span<uint>(row, 1)[0] >> filter & 1) == (expected[row / 64] >> (row % 64) & 1)));
            }
        }
    }
}

using CsCheck;
using Linr.Kernels.Filter;
using Linr.Kernels.Scan;
using Linr.Memory;

namespace Linr.Kernels.Tests.Filter;

public sealed class PlanFilterTests
{
    private static readonly int[] s_rowCounts = [1, 7, 63, 64, 65, 511, 513, 1_000, 4_096, 5_000, 9_001];

    [Fact]
    public void Masks_match_the_reference()
        => Gen.Int[0, 1 << 30].Sample(seed =>
        {
            Random random = new(seed);
            using RandomColumns columns = new(seed, s_rowCounts[random.Next(s_rowCounts.Length)]);
            AssertMatchesReference(RandomPlan.Make(random, columns), columns, random);
        }, iter: 600);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Masks_match_the_reference_over_several_blocks(int seed)
    {
        Random random = new(seed);
        using RandomColumns columns = new(seed, ScanSegment.BlockRows + 777);
        AssertMatchesReference(RandomPlan.Make(random, columns), columns, random);
    }

    [Theory]
    [InlineData(9, 200)]
    [InlineData(9, 2_000_000)]
    [InlineData(700, 1_000)]
    [InlineData(3_000, 1_000_000)]
    [InlineData(3_000, 2_000_000_000)]
    public void A_set_holds_its_constants_and_no_others(int count, int limit)
    {
        Random random = new(count);
        uint[] values = [.. Enumerable.Range(0, 9_000).Select(_ => (uint)random.Next(1, limit))];
        HashSet<ulong> constants = [.. values.Take(count).Select(value => (ulong)value)];
        using NativeBuffer buffer = new(4L * values.Length);
        values.CopyTo(buffer.Span<uint>(0, values.Length));
        FilterPlan plan = new();
        int column = plan.AppendColumn(
            new[] { new ColumnBlock(ColumnElement.Code32, buffer.Address, values.Length, 0, 0, 0) });
        plan.Complete(plan.AppendAnyOf(column, [.. constants], areCodes: true, FilterPlan.Pass, FilterPlan.Fail));
        ulong[] mask = new ulong[(values.Length + 63) / 64];
        new PlanFilter(plan).Evaluate(0, 0, values.Length, mask);
        Assert.Equal(
            values.Select(value => constants.Contains(value)),
            values.Select((_, row) => (mask[row / 64] >> (row % 64) & 1) != 0));
    }

    [Theory]
    [InlineData(ColumnElement.Code8, 1, 255)]
    [InlineData(ColumnElement.Code8, 200, 600)]
    [InlineData(ColumnElement.Code16, 300, 554)]
    [InlineData(ColumnElement.Code16, 1, 900)]
    [InlineData(ColumnElement.Code16, 65_000, 70_000)]
    [InlineData(ColumnElement.Code32, 100_000, 100_200)]
    [InlineData(ColumnElement.Code32, 1, 200_000)]
    [InlineData(ColumnElement.Code32, 4_294_900_000, 4_294_967_295)]
    [InlineData(ColumnElement.Code32, 4_294_967_000, 4_294_968_000)]
    public void A_set_of_codes_holds_in_blocks_of_any_width(ColumnElement element, long low, long high)
    {
        Random random = new(7);
        ulong[] constants =
            [(ulong)low, (ulong)high, .. Enumerable.Range(0, 90).Select(_ => (ulong)random.NextInt64(low, high + 1))];
        long largest = element == ColumnElement.Code8 ? 255 : element == ColumnElement.Code16 ? 65_535 : uint.MaxValue;
        uint[] codes = [.. Enumerable.Range(0, 5_003).Select(i => i % 3 == 0
            ? (uint)Math.Min((ulong)largest, constants[i % constants.Length])
            : (uint)random.NextInt64(i % 3 == 1 ? 0 : Math.Min(largest, low - 1), Math.Min(largest, high + 1) + 1))];
        int bytes = element == ColumnElement.Code8 ? 1 : element == ColumnElement.Code16 ? 2 : 4;
        using NativeBuffer buffer = new((long)bytes * codes.Length);
        for (int row = 0; row < codes.Length; row++)
        {
            byte[] code = BitConverter.GetBytes(codes[row]);
            code.AsSpan(0, bytes).CopyTo(buffer.Span<byte>(row * bytes, bytes));
        }

        FilterPlan plan = new();
        ColumnBlock block = new(element, buffer.Address, codes.Length, 0, 0, 0);
        int column = plan.AppendColumn(new[] { block });
        int set = plan.AppendAnyOf(column, constants, areCodes: true, FilterPlan.Pass, FilterPlan.Fail);
        Assert.Equal(ClauseTest.CodeBitmap, plan.Clauses[set].Test);

        // A clause before it leaves few rows of a word, many, or none.
        plan.Complete(plan.AppendRows(
            [.. Enumerable.Range(0, codes.Length).Where(row => row % 512 < 128 ? row % 9 == 0 : row % 512 < 384)
                .Select(row => (uint)row)],
            1,
            set,
            FilterPlan.Fail));
        ulong[] mask = new ulong[(codes.Length + 63) / 64];
        new PlanFilter(plan).Evaluate(0, 0, codes.Length, mask);
        Assert.All(codes, (code, row) =>
        {
            bool listed = row % 512 < 128 ? row % 9 == 0 : row % 512 < 384;
            bool passes = listed && constants.Contains(code);
            Assert.Equal(passes, (mask[row / 64] >> (row % 64) & 1) != 0);
            Assert.Equal(passes, plan.Passes((uint)row));
        });
    }

    [Fact]
    public void A_code_too_wide_for_a_block_is_in_none_of_its_rows()
    {
        using NativeBuffer buffer = new(128);
        buffer.Span<byte>(0, 128).Fill(1);
        FilterPlan plan = new();
        int column = plan.AppendColumn(new[]
        {
            new ColumnBlock(ColumnElement.Code8, buffer.Address, 128, 0, 0, 0),
            new ColumnBlock(ColumnElement.Code16, buffer.Address, 64, 0, 0, 0),
        });
        plan.Complete(plan.AppendAnyOf(column, [257, 65_536 + 257], areCodes: true, FilterPlan.Pass, FilterPlan.Fail));
        ulong[] mask = new ulong[1];
        new PlanFilter(plan).Evaluate(0, 0, 64, mask);
        Assert.Equal([0UL], mask);
        new PlanFilter(plan).Evaluate(1, 0, 64, mask);
        Assert.Equal([ulong.MaxValue], mask);
    }

    [Theory]
    [InlineData(1_000, 5)]
    [InlineData(1_000, 900)]
    [InlineData(200_000, 1_000)]
    [InlineData(200_000, 50_000)]
    public void A_list_of_rows_passes_those_rows(int rowCount, int count)
    {
        Random random = new(count);
        uint[] rows = [.. Enumerable.Range(0, count).Select(
            _ => (uint)(random.NextDouble() * random.NextDouble() * rowCount))];
        FilterPlan plan = new();
        int blocks = (rowCount / ScanSegment.BlockRows) + 1;
        plan.Complete(plan.AppendRows([.. rows, uint.MaxValue], blocks, FilterPlan.Pass, FilterPlan.Fail));
        HashSet<uint> listed = [.. rows];
        ulong[] mask = new ulong[ScanSegment.BlockRows / 64];
        for (int block = 0; block < blocks; block++)
        {
            new PlanFilter(plan).Evaluate(block, 0, ScanSegment.BlockRows, mask);
            uint first = (uint)(block * ScanSegment.BlockRows);
            Assert.All(Enumerable.Range(0, ScanSegment.BlockRows), row =>
            {
                Assert.Equal(listed.Contains(first + (uint)row), (mask[row / 64] >> (row % 64) & 1) != 0);
                Assert.Equal(listed.Contains(first + (uint)row), plan.Passes(first + (uint)row));
            });
        }
    }

    [Fact]
    public void A_plan_used_again_forgets_what_it_held()
    {
        Random random = new(1);
        FilterPlan plan = new();
        for (int seed = 0; seed < 100; seed++)
        {
            using RandomColumns columns = new(seed, 700);
            AssertMatchesReference(RandomPlan.Make(random, columns, plan), columns, random);
        }
    }

    [Fact]
    public void Slots_grow_with_depth_and_not_with_clauses()
    {
        FilterPlan plan = new();
        int column = plan.AppendColumn(ReadOnlyMemory<ColumnBlock>.Empty);
        int next = FilterPlan.Pass;
        for (int i = 0; i < 4_000; i++)
        {
            int either = plan.AppendExists(column, next, FilterPlan.Fail);
            next = plan.AppendExists(column, next, either);
        }

        plan.Complete(next);
        Assert.InRange(plan.SlotCount, 1, 3);
    }

    [Fact]
    public void A_column_without_the_block_has_no_values_there()
    {
        FilterPlan plan = new();
        plan.Complete(plan.AppendExists(plan.AppendColumn(ReadOnlyMemory<ColumnBlock>.Empty), FilterPlan.Fail, FilterPlan.Pass));
        ulong[] mask = new ulong[2];
        new PlanFilter(plan).Evaluate(3, 64, 70, mask);
        Assert.Equal([ulong.MaxValue, 63], mask);
    }

    [Fact]
    public void Evaluation_allocates_nothing()
    {
        Random random = new(3);
        using RandomColumns columns = new(3, 9_001);
        ulong[] mask = new ulong[(9_001 + 63) / 64];
        PlanFilter[] filters = [.. Enumerable.Range(0, 40).Select(
            _ => new PlanFilter(RandomPlan.Make(random, columns)))];
        EvaluateAll();
        Assert.Equal(0, Allocations.OfPass(EvaluateAll));

        void EvaluateAll()
        {
            foreach (PlanFilter filter in filters)
            {
                filter.Evaluate(0, 0, 9_001, mask);
            }
        }
    }

    [Fact]
    public void Rows_outside_the_block_are_refused()
    {
        FilterPlan plan = new();
        plan.Complete(FilterPlan.Pass);
        PlanFilter filter = new(plan);
        Assert.Throws<ArgumentOutOfRangeException>(() => filter.Evaluate(0, 32, 64, new ulong[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => filter.Evaluate(0, 65_472, 65, new ulong[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => filter.Evaluate(0, 0, 65, new ulong[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => filter.Evaluate(-1, 0, 64, new ulong[1]));
    }

    private static void AssertMatchesReference(FilterPlan plan, RandomColumns columns, Random random)
    {
        PlanFilter filter = new(plan);
        for (int block = 0; block < columns.BlockCount; block++)
        {
            int blockRows = Math.Min(ScanSegment.BlockRows, columns.RowCount - (block * ScanSegment.BlockRows));
            int firstRow = 64 * random.Next((blockRows + 63) / 64);
            AssertMatchesReference(filter, block, 0, blockRows);
            AssertMatchesReference(filter, block, firstRow, random.Next(1, blockRows - firstRow + 1));
        }
    }

    private static void AssertMatchesReference(PlanFilter filter, int block, int firstRow, int rowCount)
    {
        ulong[] expected = new ulong[(rowCount + 63) / 64];
        for (int row = 0; row < rowCount; row++)
        {
            bool passes = filter.Plan.Passes((uint)((block * ScanSegment.BlockRows) + firstRow + row));
            expected[row / 64] |= (passes ? 1UL : 0) << (row % 64);
        }

        ulong[] mask = new ulong[expected.Length + 1];
        mask.AsSpan().Fill(0xAAAA);
        filter.Evaluate(block, firstRow, rowCount, mask);
        Assert.Equal(expected, mask[..^1]);
        Assert.Equal(0xAAAAUL, mask[^1]);
    }
}

using System.Numerics;
using Linr.Cuda;
using Linr.Kernels.Filter;
using Linr.Kernels.Tests.Cuda;

namespace Linr.Kernels.Tests.Filter;

public sealed class PlanFilterCudaTests(CudaMachine machine) : CudaTest(machine)
{
    private const int CapacityBytes = 4 << 20;

    private static readonly int[] s_rowCounts = [1, 63, 64, 65, 127, 1_000, 1_023, 1_024, 1_025, 4_099];

    private static readonly FilterPlan s_reused = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Masks_of_a_batch_match_the_reference(int seed)
    {
        Random random = new(seed);
        using PlanFilterCuda op = new(Context);
        for (int batch = 0; batch < 12; batch++)
        {
            using RandomColumns columns = new(random.Next(), s_rowCounts[random.Next(s_rowCounts.Length)]);
            FilterPlan[] plans = [.. Enumerable.Range(0, 20).Select(_ => RandomPlan.Make(random, columns))];
            Check(op, plans, columns.RowCount, random);
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void Masks_match_the_reference_over_several_blocks(int seed)
    {
        Random random = new(seed);
        using PlanFilterCuda op = new(Context);
        using RandomColumns columns = new(seed, 70_000);
        FilterPlan[] plans = [.. Enumerable.Range(0, 5).Select(_ => RandomPlan.Make(random, columns))];
        Check(op, plans, columns.RowCount, random);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Masks_of_filters_on_the_same_columns_match_the_reference(int seed)
    {
        Random random = new(seed);
        using PlanFilterCuda op = new(Context);
        using RandomColumns columns = new(seed, random.Next(1, 3_000));
        SharedPlans shared = new(random, columns);
        Check(op, [.. Enumerable.Range(0, random.Next(2, 80)).Select(_ => shared.Make())], columns.RowCount, random);
    }

    /// <summary>As users' own filters are: any of some codes, and none of others; some with a clause besides.</summary>
    [Theory]
    [InlineData(2, 300, 1_000, false)]
    [InlineData(33, 12, 70_000, true)]
    [InlineData(256, 300, 40, false)]
    public void Look_ups_answer_plans_that_share_all_clauses(int count, int firstLimit, int secondLimit, bool hasMany)
    {
        Random random = new(count);
        using PlanFilterCuda op = new(Context);
        using RandomColumns columns = new(count, 1_400);
        ColumnBlock[] first = columns.Make(ColumnElement.Code32, firstLimit, isMultiValued: hasMany);
        ColumnBlock[] second = columns.Make(ColumnElement.Code32, secondLimit, isMultiValued: false);
        ColumnBlock[] number = columns.Make(ColumnElement.Int64, 10, isMultiValued: false);
        FilterPlan[] plans = [.. Enumerable.Range(0, count).Select(i =>
        {
            FilterPlan plan = new();
            plan.AppendColumn(first);
            plan.AppendColumn(second);
            plan.AppendColumn(number);
            int next = i % 5 == 4 ? plan.AppendRange(2, 2, 8, FilterPlan.Pass, FilterPlan.Fail) : FilterPlan.Pass;
            next = plan.AppendAnyOf(1, Some(secondLimit), areCodes: true, FilterPlan.Fail, next);
            plan.Complete(plan.AppendAnyOf(0, Some(firstLimit), areCodes: true, next, FilterPlan.Fail));
            return plan;
        })];
        using SharedTables tables = new();
        tables.Prepare(plans.AsSpan(0, Math.Min(count, SharedTables.PlansMax)), 1 << 30, 1 << 16);
        Assert.True(tables.WordCount > 0);
        Assert.All(Enumerable.Range(0, tables.PlanCount), i =>
        {
            Assert.Equal(2, BitOperations.PopCount(tables.Known(i)));
            Assert.Equal(i % 5 == 4, tables.HasRest(i));
        });
        Check(op, plans, columns.RowCount, random);

        ulong[] Some(int limit) => [.. Enumerable.Range(0, 5).Select(_ => (ulong)random.Next(1, limit))];
    }

    [Fact]
    public void Plans_without_clauses_pass_what_is_alive_or_nothing()
    {
        FilterPlan all = new();
        all.Complete(FilterPlan.Pass);
        using PlanFilterCuda op = new(Context);
        foreach (int rowCount in s_rowCounts)
        {
            Check(op, [all, new FilterPlan()], rowCount, new Random(rowCount));
        }
    }

    /// <summary>Plans whose rows wait in many slots at once.</summary>
    [Fact]
    public void Deep_plans_match_the_reference()
    {
        Random random = new(8);
        using PlanFilterCuda op = new(Context);
        using RandomColumns columns = new(8, 700);
        ColumnBlock[] column = columns.Make(ColumnElement.Code32, 200, isMultiValued: false);
        FilterPlan plan = new();
        plan.AppendColumn(column);
        int next = FilterPlan.Fail;
        for (int i = 0; i < 90; i++)
        {
            ulong[] codes = [.. Enumerable.Range(0, 30).Select(_ => (ulong)random.Next(1, 200))];
            int count = plan.Clauses.Length;
            int jump = random.Next(Math.Max(0, count - 60), count + 1) - 1;
            next = plan.AppendAnyOf(0, codes, areCodes: true, jump, next);
        }

        plan.Complete(next);
        Assert.InRange(plan.SlotCount, 20, CudaFilterPlans.SlotCountMax);
        Check(op, [plan, plan], columns.RowCount, random);
    }

    [Theory]
    [InlineData(ColumnElement.Code8)]
    [InlineData(ColumnElement.Code16)]
    [InlineData(ColumnElement.Code32)]
    public void Codes_of_every_width_are_compared_whole(ColumnElement element)
    {
        using PlanFilterCuda op = new(Context);
        using DeviceColumns columns = new(Context, Stream, 64);
        int bytes = CudaFilterColumn.ElementBytes(element);
        DeviceSlice<byte> values = columns.OnDevice<byte>(
            [.. Enumerable.Range(0, 64 * bytes).Select(i => i % bytes == 0 ? (byte)1 : (byte)0)]);
        int number = columns.Append(CudaFilterColumn.SingleValued(element, values, default));
        FilterPlan[] plans = [.. Enumerable.Range(0, 4).Select(_ => new FilterPlan())];
        ulong[][] sets =
        [
            [257, 65_537, (1UL << 32) + 1],
            [.. Enumerable.Range(0, 64).Select(i => (1UL << 32) + 1 + (ulong)i)],
            [1, 257, 513],
            [.. Enumerable.Range(1, 100).Select(i => (ulong)i)],
        ];
        for (int i = 0; i < plans.Length; i++)
        {
            plans[i].AppendColumn(element);
            plans[i].Complete(plans[i].AppendAnyOf(0, sets[i], true, FilterPlan.Pass, FilterPlan.Fail));
        }

        (ulong[] masks, ulong[] passed) = Run(op, plans, columns, 64, default, _ => [number]);
        Assert.Equal([0UL, 0UL, ulong.MaxValue, ulong.MaxValue], masks);
        Assert.Equal([0UL, 0UL, 64UL, 64UL], passed);
    }

    [Fact]
    public void Plans_of_columns_that_only_the_device_has_share_look_ups()
    {
        const int Rows = 128, Plans = 5;
        using PlanFilterCuda op = new(Context);
        using DeviceColumns columns = new(Context, Stream, Rows);
        int[] numbers = [Append(2), Append(3)];
        FilterPlan[] plans = [.. Enumerable.Range(0, Plans).Select(i =>
        {
            FilterPlan plan = new();
            plan.AppendColumn(ColumnElement.Code8);
            plan.AppendColumn(ColumnElement.Code8);
            int next = plan.AppendAnyOf(1, [(ulong)(i % 3) + 1], true, FilterPlan.Pass, FilterPlan.Fail);
            plan.Complete(plan.AppendAnyOf(0, [(ulong)(i % 2) + 1], true, next, FilterPlan.Fail));
            return plan;
        })];
        using SharedTables tables = new();
        tables.Prepare(plans, 1 << 30, 1 << 16, [.. plans.Select(_ => (ReadOnlyMemory<int>)numbers)]);
        Assert.Equal(numbers, tables.Lookups.ToArray().Select(lookup => lookup.Number).Order());
        Assert.All(Enumerable.Range(0, Plans), i => Assert.False(tables.HasRest(i)));
        (ulong[] masks, _) = Run(op, plans, columns, Rows, default, _ => numbers, rowsShared: 1 << 30);
        for (int i = 0; i < Plans; i++)
        {
            for (int row = 0; row < Rows; row++)
            {
                bool passes = (masks[(i * Rows / 64) + (row / 64)] >> (row % 64) & 1) != 0;
                Assert.Equal(row % 2 == i % 2 && row % 3 == i % 3, passes);
            }
        }

        // Row r has code r modulo `codes`, plus one.
        int Append(int codes) => columns.Append(CudaFilterColumn.SingleValued(
            ColumnElement.Code8,
            columns.OnDevice<byte>([.. Enumerable.Range(0, Rows).Select(row => (byte)((row % codes) + 1))]),
            default));
    }

    [Fact]
    public void A_captured_launch_sees_later_rows_values_and_plans()
    {
        const int Before = 1_500, After = 2_100, Words = (After + 63) / 64;
        using PlanFilterCuda op = new(Context);
        using CudaFilterPlans plans = new(Context, CapacityBytes);
        using DeviceBuffer<uint> codes = OnDevice(
            [.. Enumerable.Range(0, 64 * Words).Select(row => (uint)(row % 3))]);
        using DeviceBuffer<CudaFilterColumn> column = OnDevice(
            CudaFilterColumn.SingleValued(ColumnElement.Code32, codes.Slice().Cast<byte>(), default));
        using DeviceBuffer<CudaFilterTable> table = OnDevice(new CudaFilterTable(Before, default, column.Slice()));
        using DeviceBuffer<ulong> masks = new(Context, 2 * Words, "masks");
        using DeviceBuffer<ulong> passed = new(Context, 2, "passed");
        Fill(1);
        using CudaGraph graph = Stream.Capture(
            "filter", stream => op.Launch(stream, table.Slice(), plans, masks.Slice(), Words, passed.Slice()));
        using CudaGraphExec exec = graph.Instantiate();
        exec.Launch(Stream);
        Assert.Equal([500UL, 0UL], ToHost(passed.Slice()));

        Stream.Upload<uint>([2, 1, 1, 1], codes.Slice(0, 4));
        Stream.Upload([new CudaFilterTable(After, default, column.Slice())], table.Slice());
        exec.Launch(Stream);
        Assert.Equal([702UL, 0UL], ToHost(passed.Slice()));

        Fill(1, 2);
        exec.Launch(Stream);
        Assert.Equal([702UL, 700UL], ToHost(passed.Slice()));
        ulong[] words = ToHost(masks.Slice());
        Assert.Equal(
            Enumerable.Range(0, 64).Where(row => row is 2 or 3 || row % 3 == 1),
            Enumerable.Range(0, 64).Where(row => (words[0] >> row & 1) != 0));
        Assert.Equal(0UL, words[Words - 1] >> (After % 64));
        Assert.Equal(0, AllocatedBytes(() => Fill(2, 1)));

        void Fill(params ReadOnlySpan<ulong> constants)
        {
            plans.Clear();
            FilterPlan plan = s_reused;
            foreach (ulong constant in constants)
            {
                plan.Clear();
                plan.AppendColumn(ColumnElement.Code32);
                plan.Complete(plan.AppendAnyOf(0, [constant], true, FilterPlan.Pass, FilterPlan.Fail));
                plans.Append(plan, [0]);
            }

            plans.EnqueueUpload(Stream);
            Stream.Synchronize();
        }
    }

    [Fact]
    public void Batches_that_do_not_fit_are_refused()
    {
        FilterPlan plan = new();
        plan.AppendColumn(ColumnElement.Code32);
        plan.Complete(plan.AppendAnyOf(0, [1, 2, 3], true, FilterPlan.Pass, FilterPlan.Fail));
        Assert.Equal(48 + 32, CudaFilterPlans.CountBytes(plan));
        using (CudaFilterPlans plans = new(Context, 2 * (48 + 32)))
        {
            Assert.Throws<ArgumentException>(() => plans.Append(plan, []));
            Assert.Equal(0, plans.Append(plan, [0]));
            Assert.True(plans.HasRoomFor(plan));
            Assert.Equal(1, plans.Append(plan, [0]));
            Assert.False(plans.HasRoomFor(plan));
            var full = Assert.Throws<ArgumentException>(() => plans.Append(plan, [0]));
            Assert.Contains("160 bytes in all; found 2 plans of 160 bytes and another of 80", full.Message,
                StringComparison.Ordinal);
            plans.Clear();
            Assert.Equal(0, plans.Append(plan, [0]));
        }

        FilterPlan none = new();
        using (CudaFilterPlans plans = new(Context, 0))
        {
            for (int i = 0; i < CudaFilterPlans.PlanCountMax; i++)
            {
                plans.Append(none, []);
            }

            Assert.Throws<ArgumentException>(() => plans.Append(none, []));
        }
    }

    [Fact]
    public void Arrays_that_do_not_fit_are_refused()
    {
        using PlanFilterCuda op = new(Context);
        using CudaFilterPlans plans = new(Context, 0);
        using DeviceBuffer<byte> bytes = new(Context, 64 * 8, "bytes");
        using DeviceBuffer<ulong> words = new(Context, 64, "words");
        using DeviceBuffer<CudaFilterTable> tables = new(Context, 1, "tables");
        Assert.Throws<ArgumentException>(
            () => CudaFilterColumn.SingleValued(ColumnElement.Code16, bytes.Slice(0, 64), default));
        Assert.Throws<ArgumentException>(
            () => CudaFilterColumn.SingleValued(ColumnElement.Code8, bytes.Slice(8, 64), default));
        Assert.Throws<ArgumentException>(
            () => CudaFilterColumn.SingleValued(ColumnElement.Byte, bytes.Slice(0, 128), words.Slice(0, 1)));
        Assert.Throws<ArgumentException>(
            () => CudaFilterColumn.MultiValued(ColumnElement.Code8, bytes.Slice(), words.Slice(0, 63)));
        Assert.Throws<ArgumentOutOfRangeException>(() => CudaFilterColumn.Run(0, 65_536));
        Assert.Throws<ArgumentOutOfRangeException>(() => CudaFilterColumn.Run(1L << 48, 0));
        Assert.Throws<ArgumentException>(() => new CudaFilterTable(65, words.Slice(0, 1), default));
        plans.Append(new FilterPlan(), []);
        Assert.Throws<ArgumentException>(
            () => op.Launch(Stream, tables.Slice(), plans, words.Slice(), 64, words.Slice(0, 0)));
        Assert.Throws<ArgumentException>(
            () => op.Launch(Stream, tables.Slice(), plans, words.Slice(0, 60), 64, words.Slice(0, 1)));
    }

    /// <summary>Masks and counts with and without a live mask, bit for bit.</summary>
    private void Check(PlanFilterCuda op, FilterPlan[] plans, int rowCount, Random random)
    {
        using DeviceColumns columns = new(Context, Stream, rowCount);
        int[][] numbers = [.. plans.Select(columns.Append)];
        int words = (rowCount + 63) / 64;
        ulong[] live = [.. Enumerable.Range(0, words).Select(
            _ => (ulong)random.NextInt64(long.MinValue, long.MaxValue))];
        bool[][] passes = [.. plans.Select(plan => Enumerable.Range(0, rowCount).Select(
            row => plan.Passes((uint)row)).ToArray())];
        (ulong[], long)[] settings = [(live, 0), ([], 0), (live, 1 << 30), ([], 1 << 30)];
        foreach ((ulong[] alive, long rowsShared) in settings)
        {
            (ulong[] masks, ulong[] passed) = Run(op, plans, columns, rowCount, alive, i => numbers[i], rowsShared);
            for (int i = 0; i < plans.Length; i++)
            {
                ulong[] expected = new ulong[words];
                for (int row = 0; row < rowCount; row++)
                {
                    expected[row / 64] |= (passes[i][row] ? 1UL : 0) << (row % 64);
                }

                for (int word = 0; word < alive.Length; word++)
                {
                    expected[word] &= alive[word];
                }

                Assert.Equal(expected, masks.AsSpan(i * words, words));
                Assert.Equal((ulong)expected.Sum(word => (long)BitOperations.PopCount(word)), passed[i]);
            }
        }
    }

    /// <summary>Plans that share as in a table of so many rows.</summary>
    private static void AppendShared(
        CudaFilterPlans batch, FilterPlan[] plans, Func<int, int[]> numbers, long rowsShared)
    {
        using SharedTables tables = new();
        for (int first = 0; first < plans.Length; first += SharedTables.PlansMax)
        {
            FilterPlan[] group = [.. plans.Skip(first).Take(SharedTables.PlansMax)];
            ReadOnlyMemory<int>[] numbersOf = [.. group.Select((_, i) => (ReadOnlyMemory<int>)numbers(first + i))];
            tables.Prepare(group, rowsShared, 1 << 16, numbersOf);
            batch.AppendGroup(tables, group, numbersOf, firstBlock: 0);
        }
    }

    private (ulong[] Masks, ulong[] Passed) Run(
        PlanFilterCuda op,
        FilterPlan[] plans,
        DeviceColumns columns,
        int rowCount,
        ReadOnlySpan<ulong> live,
        Func<int, int[]> numbers,
        long rowsShared = 0)
    {
        using CudaFilterPlans batch = new(Context, CapacityBytes);
        if (rowsShared > 0)
        {
            AppendShared(batch, plans, numbers, rowsShared);
        }
        else
        {
            for (int i = 0; i < plans.Length; i++)
            {
                Assert.Equal(i, batch.Append(plans[i], numbers(i)));
            }
        }

        // A word between two masks shows what is written past the last one.
        int words = (rowCount + 63) / 64;
        using DeviceBuffer<CudaFilterColumn> list = OnDevice(columns.Columns);
        using DeviceBuffer<ulong> alive = OnDevice(live);
        using DeviceBuffer<CudaFilterTable> table = OnDevice(
            new CudaFilterTable(rowCount, alive.Slice(), list.Slice()));
        using DeviceBuffer<ulong> masks = new(Context, plans.Length * (words + 1L), "masks");
        using DeviceBuffer<ulong> passed = new(Context, plans.Length, "passed");
        Stream.EnqueueFill(masks.Slice(), 0x5555_5555_5555_5555UL);
        batch.EnqueueUpload(Stream);
        op.Launch(Stream, table.Slice(), batch, masks.Slice(), words + 1, passed.Slice());
        ulong[] all = ToHost(masks.Slice());
        Assert.All(Enumerable.Range(0, plans.Length), i => Assert.Equal(
            0x5555_5555_5555_5555UL, all[(i * (words + 1)) + words]));
        return ([.. all.Where((_, i) => i % (words + 1) < words)], ToHost(passed.Slice()));
    }
}

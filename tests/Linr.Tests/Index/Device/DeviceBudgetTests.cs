using CsCheck;
using Linr.Cuda;
using Linr.Index;
using Linr.Index.Columns;
using Linr.Index.Device;
using Linr.Kernels.Tests.Cuda;
using Linr.Tests.Engine.Filters;

namespace Linr.Tests.Index.Device;

public sealed class DeviceBudgetTests(CudaMachine machine) : CudaTest(machine)
{
    [Fact]
    public void Budgets_are_what_is_then_allocated()
        => Gen.Int[0, 1 << 30].Sample(
            seed =>
            {
                var random = new Random(seed);
                using ItemTable table = new RandomItems(random, random.Next(1, 200)).ToTable();
                long capacity = table.Rows + (random.Next(2) * random.Next(1_000));
                AssertAllocated(DeviceLayout.Of(table, capacity: capacity), table);
            },
            iter: 40,
            threads: 1);

    [Theory]
    [InlineData(1_000)]
    [InlineData(1_777)]
    public void Embeddings_and_norms_are_counted(long capacity)
    {
        using ItemTable table = new Linr.Tests.Engine.RandomItems(1_000, seed: 1).ToTable();
        DeviceLayout layout = DeviceLayout.Of(table, capacity: capacity);
        long rows = (capacity + 63) / 64 * 64;
        Assert.Equal(rows * (48 + 4 + 32), layout.EmbeddingBytes);
        Assert.Equal((rows * 8) + (capacity > 1_000 ? rows / 8 : 0), layout.OrderBytes);
        AssertAllocated(layout, table);
    }

    [Fact]
    public void Codes_are_counted_by_themselves_and_allocated()
    {
        using ItemTable table =
            new Linr.Tests.Engine.RandomItems(1_000, seed: 1, codes: new EmbeddingCodes(192)).ToTable();
        DeviceLayout layout = DeviceLayout.Of(table);
        Assert.Equal(1_024 * (48 + 4 + 32), layout.EmbeddingBytes);
        Assert.Equal(1_024 * 24, layout.CodeBytes);
        Assert.Equal(table.Schema.Embeddings.Length, layout.CodesNumber(0));
        AssertAllocated(layout, table);
    }

    [Fact]
    public void Rows_that_are_kept_on_the_host_take_nothing()
    {
        using ItemTable table = new Linr.Tests.Engine.RandomItems(
            1_000, seed: 1, codes: new EmbeddingCodes(64), copy: RowType.Int8).ToTable();
        var all = DeviceLayout.Of(table);
        var few = DeviceLayout.Of(table, keepsRowsOnHost: true);

        // Rows of 12 floats with norms, of which there are copies, and of 5 with neither codes nor a copy.
        Assert.Equal(1_024 * (48 + 4 + 32 + 32 + 2), all.EmbeddingBytes);
        Assert.Equal(1_024 * (32 + 32 + 2), few.EmbeddingBytes);
        Assert.Equal(all.CodeBytes, few.CodeBytes);
        Assert.Equal(3, few.CopyNumber(0));
        AssertAllocated(all, table);
        AssertAllocated(few, table);
    }

    [Fact]
    public void A_schema_and_sizes_give_the_layout_that_the_table_has()
        => Gen.Int[0, 1 << 30].Sample(
            seed =>
            {
                var random = new Random(seed);
                using ItemTable table = new RandomItems(random, random.Next(1, 200)).ToTable();
                DeviceLayout found = DeviceLayout.Of(table);
                var expected = DeviceLayout.Of(table.Schema, table.Rows, field => SizeOf(table, field));
                Assert.Equal(found.Columns, expected.Columns);
                Assert.Equal(
                    found with { Columns = expected.Columns }, expected with { Embeddings = found.Embeddings, HasOrder = found.HasOrder });
            },
            iter: 40,
            threads: 1);

    [Theory]
    [InlineData(100_000)]
    [InlineData(1_000_000)]
    [InlineData(77_777_777)]
    public void As_many_rows_fit_as_it_says_and_no_more(long limit)
    {
        using ItemTable table = new RandomItems(new Random(5), 150).ToTable();
        static long Scratch(long rows) => 5_000 + (rows * 3);
        DeviceBudget budget = DeviceBudget.Of([DeviceLayout.Of(table)], Scratch);
        long fit = budget.RowsThatFit(limit);
        Assert.InRange(BytesFor(fit), 1, limit);
        Assert.True(BytesFor(fit + 1) > limit);
        Assert.Equal(0, budget.RowsThatFit(4_000));

        long BytesFor(long rows)
        {
            DeviceLayout layout = DeviceLayout.Of(table).WithCapacity(rows);
            return layout.Bytes + Scratch(layout.Capacity);
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_its_owners()
    {
        using ItemTable table = new Linr.Tests.Engine.RandomItems(1_000, seed: 1).ToTable();
        DeviceBudget budget = DeviceBudget.Of([DeviceLayout.Of(table)], _ => 491_000, towerBytes: 9_000);
        budget.ThrowIfOver("device 0", budget.Bytes);
        DeviceMemoryException problem = Assert.Throws<DeviceMemoryException>(
            () => budget.ThrowIfOver("device 0", budget.Bytes - 1));

        // 1,024 rows of 84 bytes of embeddings, 1 + 8 of attributes, 8 of order; 128 rows fewer fit.
        Assert.Equal(
            "The table does not fit device 0: it needs 603,424 bytes and 603,423 are there. Embeddings 86,016, "
            + "codes 0, attributes 9,216, ids 8,192, towers 9,000, scratch 491,000 bytes; 896 rows of 1,024 would fit.",
            problem.Message);
        Assert.Equal(budget.Bytes - 1, problem.LimitBytes);
    }

    [Fact]
    public void Shards_on_one_device_are_counted_together()
    {
        var random = new Random(2);
        using ItemTable table = Tables.Keywords(
            (2 * Limits.BlockRows) + 77, row => [$"k{row % 9}"], row => $"k{random.Next(400)}");
        DeviceLayout[] layouts = [.. RowShard.Split(table, 2).Select(shard => DeviceLayout.Of(table, shard))];
        DeviceBudget budget = DeviceBudget.Of(layouts, rows => rows);
        Assert.Equal(layouts.Sum(layout => layout.Bytes + layout.Capacity), budget.Bytes);
        Assert.InRange(budget.RowsThatFit(budget.Bytes / 2), table.Rows * 0.49, table.Rows * 0.51);
        Assert.Equal(1_000_000, budget.FreeBytes(Context, 1_000_000));
        Assert.InRange(budget.FreeBytes(Context), 1, Context.FreeBytes - 1);
    }

    private static FieldSize SizeOf(ItemTable table, FieldSchema field)
    {
        var column = (ValueColumn)table.FindColumn(field.Name)!;
        long values = 0;
        long missing = 0;
        for (uint row = 0; row < table.Rows; row++)
        {
            values += column.CountOf(row);
            missing += column.CountOf(row) == 0 ? 1 : 0;
        }

        return new FieldSize(column.Dictionary?.Count ?? 0, values, missing > 0);
    }

    private void AssertAllocated(DeviceLayout layout, ItemTable table)
    {
        long before = CudaOwners.LiveBytes(CudaOwnerKind.DeviceBuffer);
        long arrays = CudaOwners.LiveCount(CudaOwnerKind.DeviceBuffer);
        using DeviceTable device = DeviceTable.Upload(Context, table, layout);
        Assert.Equal(layout.Bytes, CudaOwners.LiveBytes(CudaOwnerKind.DeviceBuffer) - before);
        Assert.Equal(layout.ArrayCount, CudaOwners.LiveCount(CudaOwnerKind.DeviceBuffer) - arrays);
        DeviceBudget budget = DeviceBudget.Of([layout], _ => 11);
        Assert.Equal(layout.Bytes + 11, budget.Bytes);
        Assert.Equal(
            budget.Bytes,
            budget.EmbeddingBytes + budget.CodeBytes + budget.AttributeBytes + budget.OrderBytes + budget.ScratchBytes
                + budget.TowerBytes);
    }
}

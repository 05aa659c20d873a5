using CsCheck;
using Linr.Cuda;
using Linr.Engine.Filters;
using Linr.Filters;
using Linr.Index;
using Linr.Index.Device;
using Linr.Index.Embeddings;
using Linr.Kernels;
using Linr.Kernels.Filter;
using Linr.Kernels.Tests.Cuda;
using Linr.Tests.Engine.Filters;

namespace Linr.Tests.Index.Device;

public sealed class DeviceTableTests(CudaMachine machine) : CudaTest(machine)
{
    [Fact]
    public void Filters_pass_the_same_rows_on_a_device()
        => Gen.Int[0, 1 << 30].Sample(
            seed =>
            {
                var random = new Random(seed);
                var items = new RandomItems(random, random.Next(1, 300));
                using ItemTable table = items.ToTable();
                AssertFiltersAgree(items, table, capacity: table.Rows + (random.Next(2) * random.Next(500)));
            },
            iter: 60,
            threads: 1);

    [Theory]
    [InlineData(2_000, ColumnElement.Code16)]
    [InlineData(110_000, ColumnElement.Code32)]
    public void Blocks_of_several_widths_become_one_column(int rows, ColumnElement expected)
    {
        // Many keywords come only in the second block.
        var random = new Random(rows);
        using ItemTable table = Tables.Keywords(
            Limits.BlockRows + rows,
            row => [.. Enumerable.Range(0, random.Next(3)).Select(_ => Keyword(row, random))],
            row => row % 7 == 0 ? null : Keyword(row, random));
        using DeviceTable device = DeviceTable.Upload(Context, table, DeviceLayout.Of(table));
        Assert.All(device.Layout.Columns, column => Assert.Equal(expected, column.Element));
        string[] filters = ["section = 'k3'", "tags in ('k1', 'k700')", "section missing", "tags = 'k399'"];
        foreach (string text in filters)
        {
            PlanFilter filter = new FilterCompiler().Compile(
                PreparedFilter.Prepare(Filter.Parse(text), table.Schema), null, table);
            Assert.Equal(FilterMask.ByReference(filter, table), DeviceMasks.Of(device, Stream, filter.Plan)[0]);
        }

        static string Keyword(int row, Random random)
            => row < Limits.BlockRows ? $"k{random.Next(9)}" : $"k{row - Limits.BlockRows}";
    }

    [Theory]
    [InlineData(Metric.Dot, RowType.Float32, 5)]
    [InlineData(Metric.Cosine, RowType.Float32, 8)]
    [InlineData(Metric.Euclidean, RowType.Float32, 1)]
    [InlineData(Metric.Dot, RowType.Float16, 9)]
    [InlineData(Metric.Cosine, RowType.Float16, 16)]
    [InlineData(Metric.Euclidean, RowType.Float16, 3)]
    [InlineData(Metric.Cosine, RowType.BFloat16, 16)]
    [InlineData(Metric.Euclidean, RowType.BFloat16, 5)]
    [InlineData(Metric.Cosine, RowType.Int8, 16)]
    [InlineData(Metric.Euclidean, RowType.Int8, 5)]
    public void Embeddings_arrive_as_they_are_stored(Metric metric, RowType rowType, int dim)
    {
        const int Rows = 777;
        const int Capacity = 1_000;
        using ItemTable table = RandomRows(new EmbeddingSchema("e", dim, metric, rowType), Rows);
        using DeviceTable device = DeviceTable.Upload(
            Context, table, DeviceLayout.Of(table, capacity: Capacity));
        EmbeddingColumn column = table.Embeddings[0];
        CudaEmbedding embedding = device.Arrays.Embeddings[0];
        byte[] rows = ToHost(embedding.Rows);
        Assert.Equal(1_024 * embedding.RowBytes, rows.Length);
        int bytes = dim * rowType switch { RowType.Float32 => 4, RowType.Int8 => 1, _ => 2 };
        Assert.Equal(
            rowType == RowType.Int8 ? [.. column.ScaleBlock(0).Slice(0, Rows).Span, .. new Half[1_024 - Rows]] : [],
            ToHost(embedding.Scales));
        for (int row = 0; row < 1_024; row++)
        {
            byte[] expected = new byte[embedding.RowBytes];
            if (row < Rows)
            {
                StoredBytes(column, row).CopyTo(expected);
            }

            Assert.Equal(expected, rows.AsSpan(row * embedding.RowBytes, embedding.RowBytes).ToArray());
        }

        bool hasNorms = metric == Metric.Euclidean || (metric == Metric.Cosine && rowType == RowType.Float32);
        Assert.Equal(
            hasNorms ? [.. column.NormBlock(0).Slice(0, Rows).Span, .. new float[1_024 - Rows]] : [],
            ToHost(embedding.Norms));
        Assert.Equal(metric == Metric.Cosine ? 1 : column.Block(0).NormMax, embedding.NormMax);
        Assert.Equal((dim, metric.ToString(), rowType.ToString()), (
            embedding.Dim, embedding.Metric.ToString(), embedding.Element.ToString()));
        Assert.Equal(bytes, StoredBytes(column, 0).Length);
    }

    [Theory]
    [InlineData(IdKind.Integer)]
    [InlineData(IdKind.Guid)]
    [InlineData(IdKind.Text)]
    public void Order_numbers_order_rows_as_the_table_does(IdKind kind)
    {
        using ItemTable table = RandomRows(new EmbeddingSchema("e", 1), 500, kind);
        using DeviceTable device = DeviceTable.Upload(Context, table, DeviceLayout.Of(table));
        long[] order = ToHost(device.Arrays.Order.Numbers);
        for (uint row = 1; row < table.Rows; row++)
        {
            Assert.Equal(Math.Sign(table.Order.Compare(row - 1, row)), order[row - 1].CompareTo(order[row]));
        }
    }

    [Fact]
    public void Rows_in_the_order_of_their_ids_need_no_numbers()
    {
        using ItemTable table = Tables.Keywords((2 * Limits.BlockRows) + 99, _ => [], _ => null);
        using DeviceTable device = DeviceTable.Upload(Context, table, DeviceLayout.Of(table));
        Assert.True(device.Arrays.Order.Numbers.IsEmpty);
        using DeviceTable roomy =
            DeviceTable.Upload(Context, table, DeviceLayout.Of(table, capacity: 3 * Limits.BlockRows));
        Assert.Equal(
            Enumerable.Range(0, (int)table.Rows).Select(row => table.Ids.Key((uint)row)),
            ToHost(roomy.Arrays.Order.Numbers.Slice(0, table.Rows)));
        Assert.Equal(
            (table.Ids.Key(0), table.Ids.Key((uint)table.Rows - 1)),
            (roomy.Arrays.Order.Least, roomy.Arrays.Order.Largest));
    }

    [Fact]
    public void Rows_to_come_are_not_alive_until_they_are_there()
    {
        using ItemTable table = RandomRows(new EmbeddingSchema("e", 1), 130);
        using DeviceTable full = DeviceTable.Upload(Context, table, DeviceLayout.Of(table));
        using DeviceTable roomy = DeviceTable.Upload(Context, table, DeviceLayout.Of(table, capacity: 200));
        Assert.True(full.Arrays.Live.IsEmpty);
        Assert.Equal([ulong.MaxValue, ulong.MaxValue, 3, 0], ToHost(roomy.Arrays.Live));
        Assert.Equal((130u, 130u), (full.Arrays.RowCount, roomy.Arrays.RowCount));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Shards_have_their_own_rows(int shard)
    {
        var random = new Random(shard);
        using ItemTable table = Tables.Keywords(
            (2 * Limits.BlockRows) + 99,
            row => [.. Enumerable.Range(0, random.Next(3)).Select(_ => $"k{random.Next(9)}")],
            row => $"k{random.Next(9)}");
        RowShard rows = RowShard.Split(table, 3)[shard];
        IEnumerable<int> few = Enumerable.Range(0, 50).Select(i => i * 3_000);
        IEnumerable<int> many = Enumerable.Range(0, 900).Select(i => Limits.BlockRows + (i * 70));
        string filterText = $"tags = 'k1' or id in ({string.Join(", ", few)}) or not id in ({string.Join(", ", many)})";
        using DeviceTable device = DeviceTable.Upload(Context, table, DeviceLayout.Of(table, rows));
        PlanFilter filter = new FilterCompiler().Compile(
            PreparedFilter.Prepare(Filter.Parse(filterText), table.Schema), null, table);
        Assert.Equal(
            FilterMask.ByReference(filter, table).Skip((int)rows.FirstRow).Take((int)rows.Rows),
            DeviceMasks.Of(device, Stream, filter.Plan)[0]);
    }

    [Fact]
    public void An_upload_that_ends_half_way_leaves_nothing()
    {
        using ItemTable table = RandomRows(new EmbeddingSchema("e", 8), 100);
        string before = CudaOwners.Describe();
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => DeviceTable.Upload(
            Context, table, DeviceLayout.Of(table), new Progress(_ => source.Cancel()), source.Token));
        Assert.Equal(before, CudaOwners.Describe());
    }

    [Fact]
    public void An_upload_without_room_for_its_last_array_leaves_nothing()
    {
        // Half a terabyte of values behind 24 MB of runs and order numbers.
        using var builder = new ItemTableBuilder(new Schema
        {
            IdKind = IdKind.Integer,
            Fields = [new FieldSchema("years", FieldType.Integer, FieldRoles.Attribute, MultiValued: true)],
        });
        builder.Append(new Item
        {
            Id = 1,
            Fields = new Dictionary<string, IReadOnlyList<Value>>
            {
                ["years"] = [.. Enumerable.Repeat(Value.OfInteger(7), Limits.ValuesPerItemMax)],
            },
        });
        using ItemTable table = builder.Build();
        string before = CudaOwners.Describe();
        CudaException problem = Assert.Throws<CudaException>(
            () => DeviceTable.Upload(Context, table, DeviceLayout.Of(table, capacity: 1_000_000)));
        Assert.True(problem.IsOutOfMemory);
        Assert.Contains("values of years", problem.Message, StringComparison.Ordinal);
        Assert.Equal(before, CudaOwners.Describe());
    }

    [Fact]
    public void Progress_ends_at_all_bytes()
    {
        var items = new RandomItems(new Random(3), 200);
        using ItemTable table = items.ToTable();
        var reports = new List<UploadProgress>();
        DeviceLayout layout = DeviceLayout.Of(table, capacity: 10_000);
        using DeviceTable device = DeviceTable.Upload(Context, table, layout, new Progress(reports.Add));
        Assert.Equal(reports.OrderBy(report => report.BytesDone), reports);
        Assert.All(reports, report => Assert.Equal(layout.Bytes, report.BytesTotal));
        Assert.Equal(layout.Bytes, reports[^1].BytesDone);
    }

    [Fact]
    public void Plans_of_another_table_are_refused()
    {
        var items = new RandomItems(new Random(8), 50);
        using ItemTable table = items.ToTable();
        using ItemTable other = items.ToTable();
        using DeviceTable device = DeviceTable.Upload(Context, table, DeviceLayout.Of(table));
        PreparedFilter exists = PreparedFilter.Prepare(new ExistsClause(items.Schema.Fields[0].Name), items.Schema);
        Assert.Throws<ArgumentException>(() => device.Numbers.NumberColumns(
            new FilterCompiler().Compile(exists, null, other).Plan, new int[1]));
    }

    private static ItemTable RandomRows(EmbeddingSchema embedding, int rows, IdKind kind = IdKind.Integer)
    {
        var random = new Random(rows + embedding.Dim);
        using var builder = new ItemTableBuilder(new Schema { IdKind = kind, Embeddings = [embedding] });
        for (int row = 0; row < rows; row++)
        {
            builder.Append(new Item
            {
                Id = Tables.IdOf(kind, (row * 7_919L % 100_003) - 40_000),
                Embeddings = new Dictionary<string, ReadOnlyMemory<float>>
                {
                    [embedding.Name] = Linr.Tests.Engine.RandomItems.RandomVector(random, embedding.Dim),
                },
            });
        }

        return builder.Build();
    }

    private static byte[] StoredBytes(EmbeddingColumn column, int row)
    {
        (long start, int dim) = ((long)row * column.Schema.Dim, column.Schema.Dim);
        return column.Schema.RowType switch
        {
            RowType.Float32 => Bytes(column.Float32Block(0).Slice(start, dim).Span, BitConverter.GetBytes),
            RowType.Float16 => Bytes(column.Float16Block(0).Slice(start, dim).Span, BitConverter.GetBytes),
            RowType.Int8 => Bytes(column.Int8Block(0).Slice(start, dim).Span, value => [(byte)value]),
            _ => Bytes(column.BFloat16Block(0).Slice(start, dim).Span, BitConverter.GetBytes),
        };

        static byte[] Bytes<T>(ReadOnlySpan<T> elements, Func<T, byte[]> bytesOf)
            => [.. elements.ToArray().SelectMany(bytesOf)];
    }

    private void AssertFiltersAgree(RandomItems items, ItemTable table, long capacity)
    {
        using DeviceTable device = DeviceTable.Upload(Context, table, DeviceLayout.Of(table, capacity: capacity));
        PlanFilter[] filters =
        [
            .. Enumerable.Range(0, 8).Select(_ => new FilterCompiler().Compile(
                PreparedFilter.Prepare(items.Filter(4), table.Schema), null, table)),
        ];
        bool[][] masks = DeviceMasks.Of(device, Stream, [.. filters.Select(filter => filter.Plan)]);
        for (int filter = 0; filter < filters.Length; filter++)
        {
            Assert.Equal(FilterMask.ByReference(filters[filter], table), masks[filter]);
        }
    }

    private sealed class Progress(Action<UploadProgress> report) : IProgress<UploadProgress>
    {
        public void Report(UploadProgress value) => report(value);
    }
}

using Linr.Index.Embeddings;
using Linr.Kernels;
using Linr.Kernels.Scan;
using Linr.Memory;

namespace Linr.Tests.Index.Embeddings;

public class EmbeddingColumnTests
{
    [Theory]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Euclidean)]
    public void Float32_rows_come_back_bit_for_bit_across_blocks(Metric metric)
    {
        const int rows = 65_537;
        using var builder = new EmbeddingColumnBuilder(new EmbeddingSchema("e", 3, metric));
        float[] given = Random(rows * 3);
        given[0] = -0f;
        given[1] = float.Epsilon;
        given[2] = 0;
        builder.Set(1, given.AsSpan(3));
        builder.Set(0, given.AsSpan(0, 3));
        using EmbeddingColumn column = builder.Build(rows);

        float[] read = new float[3];
        foreach (uint row in new uint[] { 0, 1, 65_535, 65_536 })
        {
            column.Read(row, read);
            Assert.Equal(Bits(given.AsSpan((int)row * 3, 3)), Bits(read));
            double squares = read.Sum(value => (double)value * value);
            Assert.Equal(Math.Sqrt(squares), column.NormOf(row), Math.Sqrt(squares) * 1e-7);
        }

        Assert.Equal(2, column.BlockCount);
        Assert.Equal(3, column.Float32Block(1).Length);
        RowBlock block = column.Block(0);
        Assert.True(block.NormMax >= Enumerable.Range(0, 65_536).Max(row => column.NormOf((uint)row)));
        Assert.Throws<InvalidOperationException>(() => column.Float16Block(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => column.NormOf(rows));
    }

    [Fact]
    public void Float16_rows_are_normalised_under_cosine_and_come_back_to_half_precision()
    {
        using var builder = new EmbeddingColumnBuilder(new EmbeddingSchema("e", 4, Metric.Cosine, RowType.Float16));
        builder.Set(0, [3e8f, 0, 4e8f, 0, 0, 0, 0, 0]);
        using EmbeddingColumn column = builder.Build(2);

        Assert.Equal(0.6, (double)column.Float16Block(0)[0], 1e-3);
        Assert.Equal(5e8f, column.NormOf(0));
        float[] read = new float[4];
        column.Read(0, read);
        Assert.Equal(4e8, read[2], 4e8 * 5e-4);
        column.Read(1, read);
        Assert.Equal(new float[4], read);
        Assert.Equal(0, column.Block(0).Norms);
    }

    [Fact]
    public void Bfloat16_rows_are_normalised_under_cosine_and_come_back_to_their_precision()
    {
        using var builder = new EmbeddingColumnBuilder(new EmbeddingSchema("e", 4, Metric.Cosine, RowType.BFloat16));
        builder.Set(0, [3e8f, 0, 4e8f, 0, 0, 0, 0, 0]);
        using EmbeddingColumn column = builder.Build(2);

        Assert.Equal(BFloats.Round(0.6f), column.BFloat16Block(0)[0]);
        Assert.Equal(5e8f, column.NormOf(0));
        float[] read = new float[4];
        column.Read(0, read);
        Assert.Equal(4e8, read[2], 4e8 * 4e-3);
        column.Read(1, read);
        Assert.Equal(new float[4], read);
        Assert.Equal(0, column.Block(0).Norms);
        Assert.Throws<InvalidOperationException>(() => column.Float16Block(0));
    }

    [Fact]
    public void Int8_rows_are_normalised_under_cosine_and_come_back_to_their_precision()
    {
        using var builder = new EmbeddingColumnBuilder(new EmbeddingSchema("e", 4, Metric.Cosine, RowType.Int8));
        builder.Set(0, [3e5f, 0, -4e5f, 0, 0, 0, 0, 0]);
        using EmbeddingColumn column = builder.Build(2);

        Assert.Equal([95, 0, -127, 0], column.Int8Block(0).Slice(0, 4).Span.ToArray());
        Assert.Equal(1 / Math.Sqrt((95 * 95) + (127 * 127)), (double)column.ScaleBlock(0)[0], 5e-6);
        Assert.Equal(Half.Zero, column.ScaleBlock(0)[1]);
        Assert.Equal(5e5f, column.NormOf(0));
        float[] read = new float[4];
        column.Read(0, read);
        Assert.Equal(-4e5, read[2], 4e5 * 4e-3);
        column.Read(1, read);
        Assert.Equal(new float[4], read);
        Assert.Equal(0, column.Block(0).Norms);
        Assert.Equal(column.ScaleBlock(0).Address, column.Block(0).Scales);
        Assert.Throws<InvalidOperationException>(() => column.Float16Block(0));
    }

    [Fact]
    public void Int8_rows_of_other_metrics_have_the_norm_of_what_is_stored()
    {
        using var builder = new EmbeddingColumnBuilder(new EmbeddingSchema("e", 2, Metric.Euclidean, RowType.Int8));
        builder.Set(0, [127, 2.4f, 1e-3f, 2e-3f]);
        using EmbeddingColumn column = builder.Build(2);
        Assert.Equal((float)Math.Sqrt((127 * 127) + 4), column.NormOf(0));
        float[] read = new float[2];
        column.Read(1, read);
        Assert.Equal(2e-3, read[1], 2e-3 / 254);
        Assert.NotEqual(0, column.Block(0).Norms);
    }

    [Fact]
    public void Bfloat16_rows_of_other_metrics_have_the_norm_of_what_is_stored()
    {
        using var builder = new EmbeddingColumnBuilder(new EmbeddingSchema("e", 1, Metric.Euclidean, RowType.BFloat16));
        builder.Set(0, [1.001f, 1e17f]);
        using EmbeddingColumn column = builder.Build(2);
        Assert.Equal(1f, column.NormOf(0));
        Assert.Equal(BFloats.Widen(BFloats.Round(1e17f)), column.NormOf(1));
    }

    [Fact]
    public void Float16_rows_of_other_metrics_have_the_norm_of_what_is_stored()
    {
        using var builder = new EmbeddingColumnBuilder(new EmbeddingSchema("e", 1, Metric.Euclidean, RowType.Float16));
        builder.Set(0, [1.0001f, 65_504]);
        using EmbeddingColumn column = builder.Build(2);
        Assert.Equal(1f, column.NormOf(0));
        Assert.Equal(65_504f, column.NormOf(1));
    }

    [Theory]
    [InlineData(RowType.Float32, Metric.Dot, float.NaN, "expected finite components; found NaN at 1")]
    [InlineData(RowType.Float32, Metric.Dot, float.NegativeInfinity,
        "expected finite components; found -Infinity at 1")]
    [InlineData(RowType.Float32, Metric.Dot, 1.1e18f, "expected a norm of at most")]
    [InlineData(RowType.Float16, Metric.Dot, 65_520f,
        "expected components within ±65504 (16-bit rows); found 65520 at 1")]
    [InlineData(RowType.Int8, Metric.Cosine, 8.4e6f,
        "expected components within ±8319008 (8-bit rows); found 8400000 at 1")]
    [InlineData(RowType.Int8, Metric.Dot, 8.3e6f, null)]
    [InlineData(RowType.Float16, Metric.Cosine, 65_520f, null)]
    [InlineData(RowType.Float16, Metric.Dot, 65_519f, null)]
    public void Rows_that_cannot_be_scored_are_refused_and_none_of_the_batch_is_set(
        RowType rowType, Metric metric, float value, string? problem)
    {
        using var builder = new EmbeddingColumnBuilder(new EmbeddingSchema("e", 2, metric, rowType));
        float[] rows = [1, 2, 3, value];
        if (problem is null)
        {
            builder.Set(0, rows);
            builder.Build(2).Dispose();
            return;
        }

        ArgumentException error = Assert.Throws<ArgumentException>(() => builder.Set(0, rows, row => $"Item i{row}"));
        Assert.StartsWith("Item i1: embedding \"e\": " + problem, error.Message, StringComparison.Ordinal);
        builder.Build(0).Dispose();
    }

    [Fact]
    public void Missing_rows_surplus_rows_and_part_rows_are_refused()
    {
        using var builder = new EmbeddingColumnBuilder(new EmbeddingSchema("e", 2));
        Assert.Throws<ArgumentException>(() => builder.Set(0, [1, 2, 3]));
        builder.Set(0, [1, 2]);
        builder.Set(2, [1, 2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.Build(2));
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => builder.Build(70_000));
        Assert.Contains("69998 of 70000 rows have none; the first is row 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Embeddings_can_be_given_to_a_table_that_has_none()
    {
        using var items = new Linr.Index.ItemTableBuilder(new Schema { IdKind = IdKind.Integer });
        items.AppendIds([5L, 6L]);
        Linr.Index.ItemTable bare = items.Build();
        using var builder = new EmbeddingColumnBuilder(new EmbeddingSchema("e", 1));
        builder.Set(0, [1, 2]);
        using Linr.Index.ItemTable table = bare.WithEmbeddings([builder.Build(2)]);
        bare.Dispose();

        Assert.Equal(2, table.FindEmbedding("e")!.NormOf(1));
        Assert.True(table.IdMap.TryFind(6, out _));
        builder.Set(0, [1]);
        using EmbeddingColumn tooShort = builder.Build(1);
        Assert.Throws<ArgumentException>(() => table.WithEmbeddings([tooShort]));
    }

    [Fact]
    public void No_buffer_is_left_to_the_garbage_collector()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(0, NativeBuffer.LeakCount);
    }

    private static float[] Random(int count)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }

    private static int[] Bits(ReadOnlySpan<float> values)
        => [.. values.ToArray().Select(BitConverter.SingleToInt32Bits)];
}

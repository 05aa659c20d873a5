using Linr.Index.Embeddings;

namespace Linr.Tests.Index.Embeddings;

/// <summary>Codes that are made later are those that the builder makes.</summary>
public sealed class CodeColumnTests
{
    private const int Dim = 20;

    [Theory]
    [InlineData(Metric.Cosine, RowType.Float32)]
    [InlineData(Metric.Cosine, RowType.Float16)]
    [InlineData(Metric.Cosine, RowType.BFloat16)]
    [InlineData(Metric.Dot, RowType.Float16)]
    public void Codes_made_of_a_column_are_those_that_its_schema_would_give(Metric metric, RowType rowType)
    {
        const int rows = 65_600;
        var codes = new EmbeddingCodes(128, Seed: 6);
        using var builder = new EmbeddingColumnBuilder(new EmbeddingSchema("e", Dim, metric, rowType, codes));
        var random = new Random(4);
        builder.Set(0, Enumerable.Range(0, rows * Dim).Select(_ => random.NextSingle() - 0.5f).ToArray());
        using EmbeddingColumn column = builder.Build(rows);
        using CodeColumn made = CodeColumn.Of(column, codes, TestContext.Current.CancellationToken);
        using CodeColumn others = CodeColumn.Of(
            column, codes with { Seed = 7 }, TestContext.Current.CancellationToken);

        Assert.Equal(column.Codes!.Segment().Blocks.Length, made.Segment().Blocks.Length);
        Assert.Equal(column.Codes.OwnedBytes, made.OwnedBytes);
        for (uint row = 0; row < rows; row++)
        {
            Assert.True(column.Codes.Read(row).SequenceEqual(made.Read(row)), $"row {row}");
        }

        Assert.False(made.Read(0).SequenceEqual(others.Read(0)));
    }
}

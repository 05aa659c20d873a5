using CsCheck;
using Linr.Index;
using Linr.Index.Embeddings;
using Linr.Index.ModelFiles;
using Linr.Tests.Engine.Copies;

namespace Linr.Tests.Index.Embeddings;

/// <summary>Copies of rows: how far they are from these, and that a file has both.</summary>
public sealed class RowCopyTests
{
    [Fact]
    public void No_row_is_further_from_its_copy_than_is_said()
        => Gen.Int[0, 1 << 30].Sample(
            seed =>
            {
                using ItemTable table = new CopiedItems(seed, 200).ToTable(hasCopies: true);
                EmbeddingColumn rows = table.Embeddings[0];
                EmbeddingColumn copy = rows.Copy!.Column;
                (float[] row, float[] copied) = (new float[rows.Schema.Dim], new float[rows.Schema.Dim]);
                double largest = 0;
                for (uint i = 0; i < 200; i++)
                {
                    rows.ReadStored(i, row);
                    copy.ReadStored(i, copied);
                    double lost = Distance(Unit(row, rows.Schema.Metric), Unit(copied, rows.Schema.Metric));

                    // Doubles that are added in another order.
                    Assert.True(lost <= rows.Copy.Lost[0] + 1e-12, $"row {i}: {lost} > {rows.Copy.Lost[0]}");
                    largest = Math.Max(largest, lost);
                }

                // And no row is taken to be much further: that would cost searches.
                Assert.True(rows.Copy.LostMax <= (largest * 1.0001) + 1e-12, $"{rows.Copy.LostMax} > {largest}");
            },
            iter: 60);

    [Fact]
    public void A_file_has_copies_and_gives_them_back()
    {
        using var folder = new TemporaryFolder();
        foreach (Metric metric in Enum.GetValues<Metric>())
        {
            string path = folder.File($"{metric}");
            using ItemTable table = new CopiedItems(3, 300, metric).ToTable(hasCopies: true);
            ModelWriter.Write(path, new ModelContents { Items = table });
            using LoadedModel model = ModelReader.Open(path);
            model.Verify(cancellation: TestContext.Current.CancellationToken);
            Assert.Equal(
                metric == Metric.Cosine, model.FindTensor(ModelNames.Norms(ModelNames.Copy("main"))) is null);
            RowCopy expected = table.Embeddings[0].Copy!;
            RowCopy found = model.Items.Embeddings[0].Copy!;
            Assert.Equal(expected.Lost.ToArray(), found.Lost.ToArray());
            Assert.Equal(expected.Column.RowBytes(0, 0, 300), found.Column.RowBytes(0, 0, 300));
            Assert.Empty(model.Tensors);
            ModelWriter.Write(path + "2", model.Contents());
            Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(path + "2"));
        }
    }

    [Theory]
    [InlineData(RowType.Float32, RowType.Float32)]
    [InlineData(RowType.Float16, RowType.BFloat16)]
    [InlineData(RowType.Int8, RowType.Int8)]
    [InlineData(RowType.Float32, RowType.None)]
    public void A_copy_that_is_not_smaller_is_refused(RowType rows, RowType copy)
    {
        var schema = new Schema { IdKind = IdKind.Integer, Embeddings = [new EmbeddingSchema("e", 4, RowType: rows, Copy: copy)] };
        string problem = Assert.Single(SchemaValidator.Validate(schema));
        Assert.StartsWith($"embedding \"e\": copy: expected rows of fewer bytes than {rows}", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_component_that_the_copy_cannot_hold_is_refused()
    {
        var schema = new EmbeddingSchema("e", 2, Metric.Dot, Copy: RowType.Float16);
        using var builder = new EmbeddingColumnBuilder(schema);
        ArgumentException problem = Assert.Throws<ArgumentException>(() => builder.Set(0, [1f, 70_000f]));
        Assert.Contains("16-bit rows", problem.Message, StringComparison.Ordinal);
    }

    private static double[] Unit(float[] row, Metric metric)
    {
        double norm = Math.Sqrt(row.Sum(value => (double)value * value));
        return [.. row.Select(value => metric != Metric.Cosine || norm == 0 ? value : value / norm)];
    }

    private static double Distance(double[] left, double[] right)
        => Math.Sqrt(left.Zip(right, (a, b) => (a - b) * (a - b)).Sum());
}

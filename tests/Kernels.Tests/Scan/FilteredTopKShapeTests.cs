using Linr.Kernels.Scan;

namespace Linr.Kernels.Tests.Scan;

public sealed class FilteredTopKShapeTests
{
    public static TheoryData<int> Dims => [.. Enumerable.Range(1, 40), 63, 64, 65, 127, 128, 129, 255, 256, 257, 700];

    [Theory]
    [MemberData(nameof(Dims))]
    public void Every_dim_matches_the_reference_for_every_metric_and_element(int dim)
    {
        foreach (ScanMetric metric in Enum.GetValues<ScanMetric>())
        {
            foreach (RowElement element in RandomRows.FloatElements)
            {
                using TestTable table = new TestTable(300).Add(dim, element, metric, RandomRows.Normal(dim));
                ScanAssert.MatchesReference(table.Request(1, 7, RandomRows.Queries(1)));
                ScanAssert.MatchesReference(table.Request(3, 7, RandomRows.Queries(2)));
                ScanAssert.MatchesReference(table.Request(9, 7, RandomRows.Queries(3)));
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(191)]
    [InlineData(192)]
    [InlineData(193)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    public void Every_row_count_matches_the_reference_for_every_k(int rowCount)
    {
        using ScanWorkers workers = new(3);
        using TestTable table =
            new TestTable(rowCount).Add(5, RowElement.Float32, ScanMetric.Dot, RandomRows.Normal(rowCount));
        foreach (int k in (int[])[1, 2, 63, 64, 100, Math.Max(1, rowCount - 1), rowCount + 1, int.MaxValue])
        {
            if (rowCount > 2000 && k is not 1 and not 100 and not int.MaxValue)
            {
                continue;
            }

            ScanAssert.MatchesReference(table.Request(1, k, RandomRows.Queries(1)));
            ScanAssert.MatchesReference(table.Request(6, k, RandomRows.Queries(2)), workers);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(100)]
    public void Every_batch_size_matches_the_reference(int queryCount)
    {
        using ScanWorkers workers = new(2);
        using TestTable table =
            new TestTable(3000).Add(24, RowElement.Float16, ScanMetric.Cosine, RandomRows.Normal(3));
        ScanAssert.MatchesReference(table.Request(queryCount, 20, RandomRows.Queries(queryCount)), workers);
    }

    [Fact]
    public void Several_segments_are_added_up_with_their_weights()
    {
        using TestTable table = new TestTable(2000)
            .Add(17, RowElement.Float32, ScanMetric.Cosine, RandomRows.Normal(1))
            .Add(8, RowElement.Float16, ScanMetric.Euclidean, RandomRows.Normal(2))
            .Add(33, RowElement.Float16, ScanMetric.Dot, RandomRows.Normal(3));
        foreach (int queryCount in (int[])[1, 2, 4, 5, 20])
        {
            ScanRequest request = table.Request(queryCount, 30, RandomRows.Queries(queryCount));
            float[] weights = new float[queryCount * 3];
            RandomRows.Normal(9)(queryCount, weights);
            request.Weights = weights;
            ScanAssert.MatchesReference(request);
        }
    }
}

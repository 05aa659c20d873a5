using Linr.Kernels.Filter;
using Linr.Kernels.Scan;

namespace Linr.Kernels.Tests.Scan;

public sealed class FilteredTopKOrderTests
{
    private const int RowCount = 12_000;

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(3000)]
    [InlineData(RowCount)]
    public void Equal_scores_are_settled_by_the_order_of_the_table(int k)
    {
        using ScanWorkers workers = new(2);
        using TestTable table = new TestTable(RowCount).Add(
            6, RowElement.Float32, ScanMetric.Cosine, (_, values) => values.Fill(0.1f));
        foreach (int queryCount in (int[])[1, 6])
        {
            ScanRequest request = table.Request(queryCount, k, RandomRows.Queries(1));
            request.Order = new ScatteredOrder();
            ScanAssert.MatchesReference(request);
            ScanAssert.MatchesReference(request, workers);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void Sorted_scores_match_the_reference(int sign)
    {
        using TestTable table = new TestTable(RowCount).Add(
            3, RowElement.Float32, ScanMetric.Dot, (row, values) => values.Fill(sign * (float)row));
        ScanAssert.MatchesReference(table.Request(1, 50, (_, values) => values.Fill(1)));
        ScanAssert.MatchesReference(table.Request(7, 50, (_, values) => values.Fill(1)));
    }

    [Fact]
    public void Scores_closer_than_floats_can_tell_match_the_reference()
    {
        using TestTable table = new TestTable(RowCount).Add(
            40,
            RowElement.Float32,
            ScanMetric.Dot,
            (row, values) =>
            {
                values.Fill(1f);
                values[(int)(row % 40)] = MathF.BitIncrement(1f);
                values[(int)(row / 40 % 40)] += 1e-6f;
            });
        ScanRequest request = table.Request(5, 100, RandomRows.Queries(3));
        request.Order = new ScatteredOrder();
        ScanAssert.MatchesReference(request);
    }

    [Theory]
    [InlineData(ColumnElement.Code8, 1, 10)]
    [InlineData(ColumnElement.Code8, 3, 500)]
    [InlineData(ColumnElement.Code16, 2, 40)]
    [InlineData(ColumnElement.Code32, 1, 2000)]
    [InlineData(ColumnElement.Code32, 5000, 40)]
    public void Groups_are_capped_exactly(ColumnElement element, int cap, int k)
    {
        using ScanWorkers workers = new(2);
        using TestTable table = new TestTable(RowCount)
            .Add(10, RowElement.Float32, ScanMetric.Cosine, RandomRows.Normal(2));
        foreach (int groups in (int[])[1, 5, 200])
        {
            ScanRequest request = table.Request(6, k, RandomRows.Queries(5));
            request.Groups = table.Codes(element, row => (uint)(row * row % groups));
            request.GroupCap = cap;
            ScanAssert.MatchesReference(request);
            ScanAssert.MatchesReference(request, workers);
        }
    }

    [Fact]
    public void Groups_of_equal_scores_are_settled_by_the_order_of_the_table()
    {
        using TestTable table = new TestTable(RowCount).Add(
            4, RowElement.Float32, ScanMetric.Dot, (row, values) => values.Fill(row % 3));
        ScanRequest request = table.Request(2, 60, RandomRows.Queries(5));
        request.Groups = table.Codes(ColumnElement.Code16, row => (uint)(row % 50));
        request.GroupCap = 2;
        request.Order = new ScatteredOrder();
        ScanAssert.MatchesReference(request);
    }

    [Fact]
    public void A_lowest_score_is_reached_not_passed()
    {
        using TestTable table = new TestTable(RowCount)
            .Add(10, RowElement.Float32, ScanMetric.Euclidean, RandomRows.Normal(2));
        ScanRequest request = table.Request(3, 40, RandomRows.Queries(5));
        float[] exact = [.. Enumerable.Range(0, 3).Select(query => FilteredTopK.Reference(request, query)[19].Score)];
        request.ScoreMin = exact;
        ScanAssert.MatchesReference(request);
        Assert.Equal(20, FilteredTopK.Reference(request, 0).Length);
        request.ScoreMin = new[] { MathF.BitIncrement(exact[0]), float.NegativeInfinity, float.PositiveInfinity };
        ScanAssert.MatchesReference(request);
    }
}

using Linr.Kernels.Filter;
using Linr.Kernels.Scan;

namespace Linr.Kernels.Tests.Scan;

public sealed class FilteredTopKMaskTests
{
    private const int RowCount = 9000;

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.001)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.95)]
    [InlineData(1.0)]
    public void One_filter_for_all_matches_the_reference_and_counts_rows(double passing)
    {
        Predicate<long> passes = row => Hash(row, 1) < passing;
        using TestTable table = Table();
        foreach (int queryCount in (int[])[1, 3, 20])
        {
            ScanRequest request = table.Request(queryCount, 25, RandomRows.Queries(queryCount));
            request.Filters = new RowFilter?[] { new PredicateFilter(row => passes(row)) };
            ScanAssert.MatchesReference(request);
            using ScanWorkspace workspace = new();
            FilteredTopK.Search(request, workspace, null, TestContext.Current.CancellationToken);
            int expected = Enumerable.Range(0, RowCount).Count(row => passes(row));
            Assert.Equal(expected, workspace.RowsPassed(queryCount - 1));
            Assert.Equal(RowCount, workspace.Counters.RowsScanned);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(16)]
    [InlineData(40)]
    public void A_filter_a_query_matches_the_reference(int queryCount)
    {
        using TestTable table = Table();
        ScanRequest request = table.Request(queryCount, 25, RandomRows.Queries(queryCount));
        RowFilter?[] distinct =
        [
            null,
            new PredicateFilter(row => Hash(row, 1) < 0.5),
            new PredicateFilter(row => Hash(row, 2) < 0.01),
            new PredicateFilter(_ => false),
            new PredicateFilter(row => row % 4096 < 7),
        ];
        foreach (int kinds in (int[])[2, 3, 5])
        {
            request.Filters =
                Enumerable.Range(0, queryCount).Select(query => distinct[(query + 1) % kinds]).ToArray();
            ScanAssert.MatchesReference(request);
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(70)]
    public void A_set_of_codes_a_query_matches_the_reference(int queryCount)
    {
        using TestTable table = Table();
        ScanRequest request = table.Request(queryCount, 25, RandomRows.Queries(queryCount));
        RowFilter?[] filters = SetFilters.OneEach(table, queryCount);
        filters[1] = null;
        filters[^1] = filters[0];
        request.Filters = filters;
        ScanAssert.MatchesReference(request);
        request.LiveMasks = table.Masks(row => Hash(row, 5) < 0.97);
        using ScanWorkers workers = new(2);
        ScanAssert.MatchesReference(request, workers);
    }

    [Fact]
    public void Rows_that_no_filter_passes_are_left_out_of_a_unit_that_is_scored_whole()
    {
        using TestTable table = Table();
        ScanRequest request = table.Request(16, 25, RandomRows.Queries(16));
        request.Filters = Enumerable.Range(0, 16).Select(RowFilter? (query) => new PredicateFilter(
            row => row / 64 % 9 != 0 && Hash(row, query) < 0.9)).ToArray();
        ScanAssert.MatchesReference(request);
        using ScanWorkspace workspace = new();
        FilteredTopK.Search(request, workspace, null, TestContext.Current.CancellationToken);
        Assert.True(workspace.Counters.DenseUnits > 0);
    }

    [Fact]
    public void A_live_mask_hides_rows_alone_and_with_filters()
    {
        using TestTable table = Table();
        foreach (int queryCount in (int[])[1, 12])
        {
            ScanRequest request = table.Request(queryCount, 25, RandomRows.Queries(4));
            request.LiveMasks = table.Masks(row => Hash(row, 5) < 0.97);
            ScanAssert.MatchesReference(request);
            request.Filters = new RowFilter?[] { new PredicateFilter(row => row % 3 == 0) };
            ScanAssert.MatchesReference(request);
        }
    }

    [Fact]
    public void Rows_that_score_best_but_fail_do_not_hide_those_that_pass()
    {
        using TestTable table = new TestTable(RowCount).Add(
            8, RowElement.Float32, ScanMetric.Dot, (row, values) => values.Fill(row));
        foreach (int queryCount in (int[])[1, 12])
        {
            ScanRequest request = table.Request(queryCount, 25, (query, values) => values.Fill(query + 1));
            request.Filters = new RowFilter?[] { new PredicateFilter(row => row < RowCount / 2) };
            ScanAssert.MatchesReference(request);
            request.Filters = new RowFilter?[] { new PredicateFilter(row => row < RowCount * 0.93) };
            ScanAssert.MatchesReference(request);
        }
    }

    [Fact]
    public void Units_of_the_largest_size_match_the_reference()
    {
        using TestTable table = new TestTable(20 * UnitOrder.UnitRowsMax).Add(
            2, RowElement.Float32, ScanMetric.Dot, (row, values) => values.Fill((float)Hash(row, 3)));
        foreach (int queryCount in (int[])[1, 5])
        {
            ScanRequest request = table.Request(queryCount, 25, RandomRows.Queries(4));
            ScanAssert.MatchesReference(request);
            request.Filters = new RowFilter?[] { new PredicateFilter(row => row % 997 == 0) };
            ScanAssert.MatchesReference(request);
        }
    }

    private static TestTable Table()
        => new TestTable(RowCount).Add(12, RowElement.Float32, ScanMetric.Cosine, RandomRows.Normal(11));

    private static double Hash(long row, int salt)
        => ((ulong)(row + salt) * 0x9E3779B97F4A7C15UL >> 11) / (double)(1UL << 53);
}

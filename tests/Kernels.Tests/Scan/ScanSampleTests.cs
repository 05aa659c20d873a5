using Linr.Kernels.Filter;
using Linr.Kernels.Scan;
using Linr.Memory;

namespace Linr.Kernels.Tests.Scan;

/// <summary>Scans that begin with the cut of a sample, also where it is no guide. Live bytes are counted.</summary>
[Collection(Alone.Name)]
public sealed class ScanSampleTests
{
    private const int RowCount = 70_001;
    private const int QueryCount = 6;

    [Theory]
    [InlineData(65_536)]
    [InlineData(70_001)]
    [InlineData(1_000_000)]
    [InlineData(30_000_000)]
    public void A_sample_is_of_distinct_runs_from_all_over_the_table(long rowCount)
    {
        List<long> firsts = [.. Runs(rowCount).Select(run => (long)run.FirstRow)];
        Assert.InRange(firsts.Count, 16, 1024);
        long stretch = rowCount / firsts.Count;
        for (int i = 0; i < firsts.Count; i++)
        {
            Assert.Equal(0, firsts[i] % 64);
            Assert.InRange(firsts[i], (i * stretch) - 63, ((i + 1) * stretch) - 64);
            Assert.True(i == 0 || firsts[i] >= firsts[i - 1] + ScanSample.RunRows);
        }
    }

    [Theory]
    [InlineData(ScanMetric.Dot, 64)]
    [InlineData(ScanMetric.Dot, 100)]
    [InlineData(ScanMetric.Cosine, 1000)]
    [InlineData(ScanMetric.Euclidean, 6000)]
    public void A_sampled_scan_matches_the_reference(ScanMetric metric, int k)
    {
        using ScanWorkers workers = new(2);
        using TestTable table = Table(metric, RandomRows.Normal(4));
        ScanRequest request = table.Request(QueryCount, k, RandomRows.Queries(6));
        Assert.True(IsSampled(request));
        ScanAssert.MatchesReference(request);
        request.LiveMasks = table.Masks(row => row % 10 != 3);
        request.Filters = SetFilters.OneEach(table, QueryCount);
        ScanAssert.MatchesReference(request, workers);
        request.Filters = new RowFilter?[] { new PredicateFilter(row => row % 100 == 0) };
        ScanAssert.MatchesReference(request, workers);
    }

    [Fact]
    public void A_lowest_score_above_the_sample_and_below_it_is_kept()
    {
        using TestTable table = Table(ScanMetric.Dot, RandomRows.Normal(4));
        ScanRequest request = table.Request(QueryCount, 200, RandomRows.Queries(6));
        float high = FilteredTopK.Reference(request, 0)[3].Score;
        request.ScoreMin =
            Enumerable.Range(0, QueryCount).Select(query => query % 2 == 0 ? high : -high).ToArray();
        ScanAssert.MatchesReference(request);
        Assert.Equal(RowCount, Search(request).RowsScanned);
    }

    [Fact]
    public void Rows_of_one_score_match_the_reference()
    {
        using TestTable table = Table(ScanMetric.Cosine, (_, values) => values.Fill(0.3f));
        ScanAssert.MatchesReference(table.Request(QueryCount, 150, RandomRows.Queries(6)));
    }

    [Fact]
    public void Neighbours_of_one_run_that_score_best_are_no_reason_to_scan_again()
    {
        long first = Runs(RowCount)[5].FirstRow;
        using TestTable table = Table(ScanMetric.Dot, (row, values) => Rise(row, row - first is >= 0 and < 40, values));
        ScanRequest request = table.Request(QueryCount, 100, RandomRows.Queries(6));
        ScanAssert.MatchesReference(request);
        Assert.Equal(RowCount, Search(request).RowsScanned);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Queries_that_the_sample_deceived_are_scanned_again(int threadCount)
    {
        using ScanWorkers workers = new(threadCount);
        HashSet<long> sampled = [.. Sampled()];
        using TestTable table = Table(ScanMetric.Dot, (row, values) => Rise(row, sampled.Contains(row), values));
        ScanRequest request = table.Request(QueryCount, 500, RandomRows.Queries(6));
        ScanAssert.MatchesReference(request, workers);
        Assert.Equal(2 * RowCount, Search(request).RowsScanned);
    }

    [Fact]
    public void Rows_that_pass_only_in_the_sample_are_all_found()
    {
        HashSet<long> sampled = [.. Sampled()];
        using TestTable table = Table(ScanMetric.Cosine, RandomRows.Normal(4));
        ScanRequest request = table.Request(QueryCount, 800, RandomRows.Queries(6));
        request.Filters = new RowFilter?[] { new PredicateFilter(sampled.Contains), }
            .Concat(Enumerable.Repeat<RowFilter?>(null, QueryCount - 1)).ToArray();
        ScanAssert.MatchesReference(request);
        using ScanWorkspace workspace = new();
        FilteredTopK.Search(request, workspace, null, TestContext.Current.CancellationToken);
        Assert.Equal(sampled.Count, workspace.Hits(0).Length);
        Assert.Equal(sampled.Count, workspace.RowsPassed(0));
        Assert.Equal(RowCount, workspace.RowsPassed(1));
        Assert.Equal(2 * RowCount, workspace.Counters.RowsScanned);
    }

    [Fact]
    public void Small_batches_groups_small_and_large_k_have_no_sample()
    {
        using TestTable table = Table(ScanMetric.Dot, RandomRows.Normal(4));
        Assert.True(IsSampled(table.Request(QueryCount, 100, RandomRows.Queries(6))));
        Assert.False(IsSampled(table.Request(QueryCount, 10, RandomRows.Queries(6))));
        Assert.False(IsSampled(table.Request(4, 100, RandomRows.Queries(6))));
        Assert.False(IsSampled(table.Request(QueryCount, RowCount / 2, RandomRows.Queries(6))));
        ScanRequest request = table.Request(QueryCount, 100, RandomRows.Queries(6));
        request.Groups = table.Codes(ColumnElement.Code8, row => (uint)(row % 7));
        Assert.False(IsSampled(request));
    }

    [Fact]
    public void A_warm_scan_with_a_sample_that_deceives_allocates_nothing()
    {
        HashSet<long> sampled = [.. Sampled()];
        using TestTable table = Table(ScanMetric.Dot, (row, values) => Rise(row, sampled.Contains(row), values));
        using ScanWorkspace workspace = new();
        using ScanWorkers workers = new(1);
        ScanRequest request = table.Request(QueryCount, 500, RandomRows.Queries(6));
        FilteredTopK.Search(request, workspace, workers, CancellationToken.None);
        long buffersBefore = NativeBuffer.LiveBytes;
        Assert.Equal(0, Allocations.OfPass(
            () => FilteredTopK.Search(request, workspace, workers, CancellationToken.None)));
        Assert.Equal(buffersBefore, NativeBuffer.LiveBytes);
    }

    private static TestTable Table(ScanMetric metric, Action<long, Span<float>> fill)
        => new TestTable(RowCount).Add(5, RowElement.Float32, metric, fill);

    /// <summary>Normal rows, or ones that are the same but for a large factor.</summary>
    private static void Rise(long row, bool rises, Span<float> values)
    {
        RandomRows.Normal(4)(row, values);
        for (int d = 0; rises && d < values.Length; d++)
        {
            values[d] *= 100;
        }
    }

    private static ScanCounters Search(ScanRequest request)
    {
        using ScanWorkspace workspace = new();
        FilteredTopK.Search(request, workspace, null, TestContext.Current.CancellationToken);
        return workspace.Counters;
    }

    private static IEnumerable<long> Sampled()
        => Runs(RowCount).SelectMany(run => Enumerable.Range(0, run.Count).Select(r => run.FirstRow + (long)r));

    private static bool IsSampled(ScanRequest request)
    {
        using ScanPlan plan = new();
        plan.Prepare(request, [.. Enumerable.Range(0, request.QueryCount)]);
        return new ScanSample().Start(plan);
    }

    private static List<UnitRows> Runs(long rowCount)
    {
        using ScanPlan plan = new();
        plan.Prepare(new ScanRequest { RowCount = rowCount, QueryCount = 0, K = 100 }, []);
        ScanSample sample = new();
        sample.Start(plan);
        List<UnitRows> runs = [];
        while (sample.TryTake(out UnitRows run))
        {
            runs.Add(run);
        }

        return runs;
    }
}

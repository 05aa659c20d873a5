using System.Numerics.Tensors;
using Linr.Kernels.Filter;
using Linr.Kernels.Scan;

namespace Linr.Kernels.Tests.Scan;

public sealed class FilteredTopKContractTests
{
    [Fact]
    public void A_query_has_the_same_bits_in_every_batch_and_on_any_number_of_threads()
    {
        using TestTable table = new TestTable(20_000)
            .Add(31, RowElement.Float16, ScanMetric.Cosine, RandomRows.Normal(1), withNorms: false)
            .Add(20, RowElement.Float32, ScanMetric.Euclidean, RandomRows.Normal(2));
        using ScanWorkspace workspace = new();
        ScanRequest one = table.Request(1, 50, RandomRows.Queries(7));
        FilteredTopK.Search(one, workspace, null, TestContext.Current.CancellationToken);
        ScanHit[] expected = workspace.Hits(0).ToArray();
        foreach (int threadCount in (int[])[1, 2, 5])
        {
            using ScanWorkers workers = new(threadCount);
            foreach (int queryCount in (int[])[1, 2, 4, 5, 9, 16, 33])
            {
                ScanRequest batch = table.Request(queryCount, 50, RandomRows.Queries(7));
                FilteredTopK.Search(batch, workspace, workers, TestContext.Current.CancellationToken);
                ScanAssert.SameBits(expected, workspace.Hits(0));
            }
        }
    }

    [Fact]
    public void A_filter_that_passes_all_changes_no_bit()
    {
        using TestTable table = new TestTable(5000)
            .Add(9, RowElement.Float32, ScanMetric.Cosine, RandomRows.Normal(1));
        using ScanWorkspace workspace = new();
        ScanRequest request = table.Request(3, 50, RandomRows.Queries(7));
        FilteredTopK.Search(request, workspace, null, TestContext.Current.CancellationToken);
        ScanHit[] expected = workspace.Hits(2).ToArray();
        request.Filters = new RowFilter?[] { new PredicateFilter(_ => true) };
        FilteredTopK.Search(request, workspace, null, TestContext.Current.CancellationToken);
        ScanAssert.SameBits(expected, workspace.Hits(2));
    }

    [Fact]
    public void Rows_of_extreme_norms_match_the_reference()
    {
        foreach (ScanMetric metric in Enum.GetValues<ScanMetric>())
        {
            using TestTable table = new TestTable(3000).Add(
                12,
                RowElement.Float32,
                metric,
                (row, values) =>
                {
                    RandomRows.Normal(3)(row, values);
                    float scale = (row % 5) switch { 0 => 0f, 1 => 1e-44f, 2 => 1e-30f, 3 => 1, _ => 1e17f };
                    for (int d = 0; d < values.Length; d++)
                    {
                        values[d] *= scale;
                    }
                });
            ScanAssert.MatchesReference(table.Request(1, 700, RandomRows.Queries(1)));
            ScanAssert.MatchesReference(table.Request(6, 700, RandomRows.Queries(2)));
        }
    }

    [Theory]
    [InlineData(ScanMetric.Dot)]
    [InlineData(ScanMetric.Cosine)]
    [InlineData(ScanMetric.Euclidean)]
    public void Whole_numbers_of_8_bits_match_the_reference_for_queries_that_round_badly(ScanMetric metric)
    {
        using TestTable table = new TestTable(3000).Add(
            24,
            RowElement.Int8,
            metric,
            (row, values) =>
            {
                // Neighbours differ by less than a query's rounding.
                RandomRows.Normal(5)(row / 100, values);
                values[(int)(row % 24)] += row % 100 * 0.01f;
                TensorPrimitives.Multiply(values, row % 7 == 0 ? 1e-4f : 100, values);
            });
        Action<int, Span<float>> uneven = (query, values) =>
        {
            RandomRows.Queries(6)(query, values);
            values[query % 24] = (query % 3) switch { 0 => 0, 1 => 90, _ => -1e6f };
            if (query == 8)
            {
                values.Clear();
            }
        };
        ScanAssert.MatchesReference(table.Request(5, 50, uneven));
        ScanAssert.MatchesReference(table.Request(40, 50, uneven));
        ScanAssert.MatchesReference(table.Request(40, 2000, uneven));
    }

    [Fact]
    public void Half_rows_and_large_queries_match_the_reference()
    {
        using TestTable table = new TestTable(1000).Add(
            40,
            RowElement.Float16,
            ScanMetric.Dot,
            (row, values) =>
            {
                RandomRows.Normal(3)(row, values);
                for (int d = 0; d < values.Length; d++)
                {
                    values[d] *= (d % 3) switch { 0 => 20_000, 1 => 1e-7f, _ => 1 };
                }
            });
        Action<int, Span<float>> large = (query, values) =>
        {
            RandomRows.Queries(3)(query, values);
            for (int d = 0; d < values.Length; d++)
            {
                values[d] *= 1e12f;
            }
        };
        ScanAssert.MatchesReference(table.Request(1, 70, large));
        ScanAssert.MatchesReference(table.Request(4, 70, large));
        ScanAssert.MatchesReference(table.Request(8, 70, large));
    }

    [Fact]
    public void A_filter_that_throws_on_any_thread_ends_the_search()
    {
        using TestTable table = new TestTable(50_000)
            .Add(4, RowElement.Float32, ScanMetric.Dot, RandomRows.Normal(1));
        using ScanWorkspace workspace = new();
        using ScanWorkers workers = new(3);
        ScanRequest request = table.Request(1, 5, RandomRows.Queries(7));
        request.Filters = new RowFilter?[] { new PredicateFilter(_ => throw new InvalidOperationException("no")) };
        Assert.Throws<InvalidOperationException>(
            () => FilteredTopK.Search(request, workspace, workers, CancellationToken.None));
        request.Filters = default;
        FilteredTopK.Search(request, workspace, workers, TestContext.Current.CancellationToken);
        Assert.Equal(5, workspace.Hits(0).Length);
    }

    [Fact]
    public void A_cancelled_search_says_so()
    {
        using TestTable table = new TestTable(1000).Add(4, RowElement.Float32, ScanMetric.Dot, RandomRows.Normal(1));
        using ScanWorkspace workspace = new();
        Assert.Throws<OperationCanceledException>(() => FilteredTopK.Search(
            table.Request(1, 5, RandomRows.Queries(7)), workspace, null, new CancellationToken(true)));
    }

    [Fact]
    public void Parts_that_do_not_fit_each_other_are_refused_by_name()
    {
        using TestTable table = new TestTable(1000).Add(4, RowElement.Float32, ScanMetric.Dot, RandomRows.Normal(1));
        Refused(nameof(ScanRequest.K), request => request.K = 0);
        Refused(nameof(ScanRequest.Queries), request => request.Queries = new float[7]);
        Refused(nameof(ScanRequest.Weights), request => request.Weights = new float[3]);
        Refused(nameof(ScanRequest.ScoreMin), request => request.ScoreMin = new float[3]);
        Refused(nameof(ScanRequest.ScoreMin), request => request.ScoreMin = new[] { 0, float.NaN });
        Refused(nameof(ScanRequest.Filters), request => request.Filters = new RowFilter?[3]);
        Refused(nameof(ScanRequest.LiveMasks), request => request.LiveMasks = new nint[2]);
        Refused(nameof(ScanSegment.Blocks), request => request.RowCount = 70_000);
        Refused(nameof(ScanRequest.Segments), request => request.Segments = default);
        Refused(nameof(ScanRequest.RowCount), request => request.RowCount = -1);

        void Refused(string name, Action<ScanRequest> spoil)
        {
            ScanRequest request = table.Request(2, 5, RandomRows.Queries(7));
            spoil(request);
            using ScanWorkspace workspace = new();
            Assert.Equal(name, Assert.Throws<ArgumentException>(
                () => FilteredTopK.Search(request, workspace, null, CancellationToken.None)).ParamName);
        }
    }
}

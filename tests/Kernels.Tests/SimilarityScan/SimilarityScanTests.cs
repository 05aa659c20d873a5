using Linr.Kernels.Filter;
using Linr.Kernels.Scan;
using Linr.Kernels.Similarities;
using Linr.Kernels.Tests.Scan;

namespace Linr.Kernels.Tests.SimilarityScan;

/// <summary>Scans by learned similarities: what scoring every row and sorting gives.</summary>
public sealed class SimilarityScanTests
{
    private const int Rows = ScanSegment.BlockRows + 700;
    private const int Few = 2_500;

    [Theory]
    [InlineData(RowElement.Float32, 1)]
    [InlineData(RowElement.Float16, 3)]
    [InlineData(RowElement.Int8, 2)]
    public void The_best_rows_are_found_under_filters_groups_and_thresholds(RowElement element, int threads)
    {
        var random = new Random(threads);
        HadamardMlp network = RandomSimilarity.Hadamard(random, width: 13, hidden: 6);
        using TestTable table = new TestTable(Rows).Add(13, element, ScanMetric.Dot, RandomRows.Normal(1));
        ScanRequest request = table.Request(5, 40, RandomRows.Queries(3));
        Check(network, request, threads);
        RowFilter odd = new PredicateFilter(row => row % 2 == 1);
        request.Filters = new RowFilter?[] { null, odd, new PredicateFilter(row => row % 700 == 3), odd, null };
        request.LiveMasks = table.Masks(row => row % 5 != 0);
        Check(network, request, threads);
        request.ScoreMin = Enumerable.Range(0, 5).Select(i => i - 1f).ToArray();
        request.Groups = table.Codes(ColumnElement.Code8, row => (uint)(row % 7));
        request.GroupCap = 3;
        request.Order = new ScatteredOrder();
        Check(network, request, threads);
    }

    [Theory]
    [InlineData(0.01f)]
    [InlineData(8f)]
    public void A_mixture_is_exact_whether_its_bound_is_tight_or_loose(float gate)
    {
        var random = new Random(5);
        var shape = new MixtureShape(4, 2, 16, 0.2f);
        MixtureOfLogits mixture = RandomSimilarity.Mixture(random, shape, hidden: 8, gate);
        using TestTable table = new TestTable(Few)
            .Add(32, RowElement.Float32, ScanMetric.Dot, Normalised(16))
            .Add(8, RowElement.Float32, ScanMetric.Dot, RandomRows.Normal(2));
        ScanRequest request = Request(table, mixture, queryCount: 3, k: 20);
        using SimilarityWorkspace workspace = Check(mixture, request, threads: 1);
        double share = workspace.RowsScored / (3.0 * Few);
        if (gate > 1)
        {
            // The gate prefers other logits than the largest: over half of the rows might have reached.
            Assert.InRange(share, 0.5, 1);
        }
    }

    [Fact]
    public void A_query_has_the_same_bits_alone_and_in_every_batch()
    {
        var random = new Random(5);
        HadamardMlp network = RandomSimilarity.Hadamard(random, width: 20, hidden: 10);
        using TestTable table = new TestTable(Few).Add(20, RowElement.Float32, ScanMetric.Dot, RandomRows.Normal(1));
        using SimilarityWorkspace workspace = new();
        ScanRequest one = table.Request(1, 100, RandomRows.Queries(7));
        Linr.Kernels.SimilarityScan.Search(network, one, workspace, null, TestContext.Current.CancellationToken);
        ScanHit[] expected = workspace.Hits(0).ToArray();
        foreach (int queries in (int[])[2, 9, 33])
        {
            using ScanWorkers workers = new(1 + (queries % 3));
            ScanRequest batch = table.Request(queries, 100, RandomRows.Queries(7));
            Linr.Kernels.SimilarityScan.Search(network, batch, workspace, workers, TestContext.Current.CancellationToken);
            ScanAssert.SameBits(expected, workspace.Hits(0));
        }

        // As candidates of a first stage they get the same logits.
        one.Candidates = new ReadOnlyMemory<uint>[] { expected.Select(hit => hit.Row).Reverse().ToArray() };
        Linr.Kernels.SimilarityScan.Search(network, one, workspace, null, TestContext.Current.CancellationToken);
        ScanAssert.SameBits(expected, workspace.Hits(0));
        Assert.Equal(100, workspace.RowsPassed(0));
    }

    [Fact]
    public void Equal_logits_are_put_in_order()
    {
        HadamardMlp network = new([1, 1], [0], [1], 0);
        using TestTable table = new TestTable(Few)
            .Add(2, RowElement.Float32, ScanMetric.Dot, (row, values) => values.Fill(row % 3));
        ScanRequest request = table.Request(2, 30, (_, values) => values.Fill(1));
        request.Order = new ScatteredOrder();
        Check(network, request, threads: 2);
    }

    [Fact]
    public void Requests_that_do_not_fit_are_refused()
    {
        HadamardMlp network = RandomSimilarity.Hadamard(new Random(1), 4, 2);
        using TestTable table = new TestTable(100).Add(5, RowElement.Float32, ScanMetric.Dot, RandomRows.Normal(1));
        using SimilarityWorkspace workspace = new();
        ScanRequest request = table.Request(1, 5, RandomRows.Queries(1));
        ArgumentException problem = Assert.Throws<ArgumentException>(
            () => Linr.Kernels.SimilarityScan.Search(network, request, workspace));
        Assert.Contains("Expected segments of 4 floats, found 5", problem.Message, StringComparison.Ordinal);
        using TestTable fitting = new TestTable(100).Add(4, RowElement.Float32, ScanMetric.Dot, RandomRows.Normal(1));
        request = fitting.Request(1, 5, RandomRows.Queries(1));
        request.Queries = new float[7];
        Assert.Throws<ArgumentException>(() => Linr.Kernels.SimilarityScan.Search(network, request, workspace));
        request.Queries = new float[4];
        request.Weights = new float[1];
        Assert.Throws<ArgumentException>(() => Linr.Kernels.SimilarityScan.Search(network, request, workspace));
    }

    /// <summary>Scans, and compares with a scan for all rows, whose logits must be near the reference's.</summary>
    private static SimilarityWorkspace Check(LearnedSimilarity similarity, ScanRequest request, int threads)
    {
        using ScanWorkers workers = new(threads);
        SimilarityWorkspace workspace = new();
        (int k, ReadOnlyMemory<ColumnBlock> groups, ReadOnlyMemory<float> scoreMin) =
            (request.K, request.Groups, request.ScoreMin);
        (request.K, request.Groups, request.ScoreMin) = ((int)request.RowCount, default, default);
        Linr.Kernels.SimilarityScan.Search(similarity, request, workspace, null, TestContext.Current.CancellationToken);
        ScanHit[][] all = [.. Enumerable.Range(0, request.QueryCount).Select(query => workspace.Hits(query).ToArray())];
        (request.K, request.Groups, request.ScoreMin) = (k, groups, scoreMin);
        Linr.Kernels.SimilarityScan.Search(similarity, request, workspace, workers, TestContext.Current.CancellationToken);
        for (int query = 0; query < request.QueryCount; query++)
        {
            (uint Row, double Logit)[] expected = Linr.Kernels.SimilarityScan.Reference(similarity, request, query);
            Assert.Equal(expected.Length, workspace.RowsPassed(query));
            Dictionary<uint, float> found = all[query].ToDictionary(hit => hit.Row, hit => hit.Score);
            foreach ((uint row, double logit) in expected)
            {
                Assert.InRange(found[row], logit - (1e-5 * (1 + Math.Abs(logit))), logit + (1e-5 * (1 + Math.Abs(logit))));
            }

            ScanAssert.SameBits(Best(request, query, all[query]), workspace.Hits(query));
        }

        return workspace;
    }

    private static ScanHit[] Best(ScanRequest request, int query, ScanHit[] all)
    {
        var taken = new Dictionary<uint, int>();
        float least = request.ScoreMin.IsEmpty ? float.NegativeInfinity : request.ScoreMin.Span[query];
        ScanHit[] sorted = [.. all.Where(hit => hit.Score >= least)];
        Array.Sort(sorted, (first, second) => first.Score != second.Score
            ? second.Score.CompareTo(first.Score)
            : request.Order.Compare(first.Row, second.Row));
        return
        [
            .. sorted.Where(hit =>
            {
                uint code = request.Groups.IsEmpty ? hit.Row : GroupCaps.CodeOf(request.Groups.Span, hit.Row);
                taken[code] = taken.GetValueOrDefault(code) + 1;
                return request.Groups.IsEmpty || taken[code] <= request.GroupCap;
            }).Take(request.K),
        ];
    }

    private static ScanRequest Request(TestTable table, MixtureOfLogits mixture, int queryCount, int k)
    {
        ScanRequest request = table.Request(queryCount, k, RandomRows.Queries(3));
        float[] queries = RandomSimilarity.Weights(new Random(4), queryCount * mixture.QueryWidth, 1);
        for (int query = 0; query < queryCount; query++)
        {
            RandomSimilarity.Normalise(
                queries.AsSpan(query * mixture.QueryWidth, mixture.Shape.QueryComponents * mixture.Shape.Dim),
                mixture.Shape.Dim);
        }

        request.Queries = queries;
        return request;
    }

    private static Action<long, Span<float>> Normalised(int dim) => (row, values) =>
    {
        RandomRows.Normal(9)(row, values);
        RandomSimilarity.Normalise(values, dim);
    };
}

using Linr.Kernels.Scan;
using Linr.Kernels.Tests.Cuda;
using Linr.Kernels.Tests.Scan;

namespace Linr.Kernels.Tests.DeviceSearches;

/// <summary>Weighted sums of several embeddings in one scan: the CPU's answers.</summary>
public sealed class DeviceSearchSumTests(CudaMachine machine) : CudaTest(machine)
{
    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(20)]
    [InlineData(70)]
    [InlineData(130)]
    public void Sums_of_embeddings_of_every_kind(int queryCount)
    {
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = Case(queryCount > 16 ? 400 : 900);
        DeviceSearchRequest request = Request(one, queryCount, 15, [0, 1, 2]);
        one.Check(search, workspace, request);
        Random random = new(queryCount);
        request.Weights = Enumerable.Range(0, 3 * queryCount)
            .Select(i => i % 7 == 3 ? 0 : (4 * random.NextSingle()) - 1).ToArray();
        one.Check(search, workspace, request);
        Assert.Equal(1, workspace.Counters.Passes);
    }

    [Fact]
    public void One_embedding_with_weights_and_the_same_embedding_twice()
    {
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = Case(700);
        foreach (int embedding in (int[])[0, 1, 2])
        {
            DeviceSearchRequest request = Request(one, 3, 20, [embedding]);
            request.Weights = new[] { 2.5f, -0.5f, 0 };
            one.Check(search, workspace, request);
        }

        one.Check(search, workspace, Request(one, 2, 20, [1, 1]));
    }

    [Fact]
    public void Filters_caps_and_lowest_scores_hold_for_sums()
    {
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = Case(1_500);
        one.AddCodes(row => (uint)(row % 25));
        DeviceSearchRequest request = Request(one, 3, 20, [2, 0]);
        request.Filters = new DeviceFilter?[] { one.Rows(row => row % 3 > 0), one.Rows(row => row % 50 == 1), null };
        request.ScoreMin = new[] { float.NegativeInfinity, -1e3f, 0.25f };
        one.Check(search, workspace, request);
        (request.GroupColumn, request.GroupCap) = (0, 2);
        one.Check(search, workspace, request);
    }

    /// <summary>Rows too short for floats' norms get their scores in float64 on the way.</summary>
    [Fact]
    public void Rows_of_no_length_and_lists_that_are_too_short()
    {
        using DeviceSearch search = new(Context) { SurvivorsMax = 64 };
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = new(
            Context, Stream, 600, 8, CudaElement.Float32, ScanMetric.Cosine, (row, values) =>
                values.Fill(row % 3 == 0 ? 0 : row % 5 == 0 ? 1e-30f : 1));
        one.AddEmbedding(12, CudaElement.Float16, ScanMetric.Dot, (row, values) => values.Fill(row % 4));
        one.Check(search, workspace, Request(one, 2, 20, [0, 1]));
        Assert.InRange(workspace.Counters.Repeats, 1, 60);
    }

    [Fact]
    public void Embeddings_and_weights_that_do_not_fit_are_refused()
    {
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = Case(100);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        DeviceSearchRequest request = Request(one, 1, 5, [0, 1]);
        request.Weights = new[] { 1f };
        Assert.Throws<ArgumentException>(() => search.Search(request, workspace, cancellation));
        request.Weights = default;
        request.Embeddings = new[] { 0, 3 };
        Assert.Throws<ArgumentOutOfRangeException>(() => search.Search(request, workspace, cancellation));
        request.Embeddings = new[] { 0, 2 };
        Assert.Throws<ArgumentException>(() => search.Search(request, workspace, cancellation));
    }

    /// <summary>Three embeddings of different elements, metrics, widths and sizes.</summary>
    private SearchCase Case(int rowCount)
    {
        SearchCase one = new(
            Context, Stream, rowCount, 40, CudaElement.Float16, ScanMetric.Cosine, RandomRows.Normal(6));
        one.AddEmbedding(100, CudaElement.Float32, ScanMetric.Euclidean, RandomRows.Normal(7));
        one.AddEmbedding(200, CudaElement.BFloat16, ScanMetric.Dot, RandomRows.Normal(8));
        return one;
    }

    private static DeviceSearchRequest Request(SearchCase one, int queryCount, int k, int[] embeddings)
    {
        DeviceSearchRequest request = one.Request(queryCount, k, RandomRows.Queries(2));
        float[] queries = new float[queryCount * embeddings.Sum(n => one.Table.Embeddings[n].Dim)];
        Random random = new(queryCount);
        for (int i = 0; i < queries.Length; i++)
        {
            queries[i] = (2 * random.NextSingle()) - 1;
        }

        (request.Embeddings, request.Queries) = (embeddings, queries);
        return request;
    }
}

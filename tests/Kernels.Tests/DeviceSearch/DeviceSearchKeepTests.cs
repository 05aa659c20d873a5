using Linr.Kernels.Scan;
using Linr.Kernels.Tests.Cuda;
using Linr.Kernels.Tests.Scan;

namespace Linr.Kernels.Tests.DeviceSearches;

/// <summary>Searches of the rows that codes choose: the bits of two searches on the processor.</summary>
public sealed class DeviceSearchKeepTests(CudaMachine machine) : CudaTest(machine)
{
    [Theory]
    [InlineData(CudaElement.Float16, 64, false)]
    [InlineData(CudaElement.Float32, 128, true)]
    [InlineData(CudaElement.Int8, 64, false)]
    [InlineData(CudaElement.BFloat16, 512, false)]
    public void Answers_are_those_of_two_searches(CudaElement element, int bits, bool isAsymmetric)
    {
        using DeviceSearch search = new(Context) { DirectRowsMax = 50 };
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = Case(3_000, element, bits, row => row * 7_919L % 3_000);
        DeviceFilter? few = one.Rows(row => row % 90 == 1), many = one.Rows(row => row % 3 > 0), none = one.Rows(_ => false);
        foreach (int queries in (int[])[1, 2, 9])
        {
            DeviceSearchRequest request = Request(one, queries, 20, bits, isAsymmetric);
            one.CheckKept(search, workspace, request);
            request.Keep!.Share = 0.4;
            request.Keep.Least = Enumerable.Range(0, queries).Select(query => query % 2 == 0 ? 0L : 1_500).ToArray();
            one.CheckKept(search, workspace, request);
            request.Filters = Enumerable.Range(0, queries)
                .Select(query => query % 4 == 3 ? none : query % 3 == 0 ? many : query % 3 == 1 ? few : null).ToArray();
            one.CheckKept(search, workspace, request);
            request.Keep.Count = 60;
            request.Filters = new[] { many };
            one.CheckKept(search, workspace, request);

            // The same workspace without a choice, and with one again.
            request.Keep = null;
            one.Check(search, workspace, request);
        }
    }

    [Fact]
    public void Live_rows_lowest_scores_and_group_caps_hold()
    {
        using DeviceSearch search = new(Context) { DirectRowsMax = 50 };
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = Case(2_000, CudaElement.Float16, 64, null, row => row % 5 != 0);
        one.AddCodes(row => (uint)(row % 11));
        DeviceSearchRequest request = Request(one, 3, 25, 64, isAsymmetric: false);
        request.Keep!.Share = 0.2;
        request.ScoreMin = new float[] { float.NegativeInfinity, 0.1f, 2 };
        one.CheckKept(search, workspace, request);
        request.GroupColumn = 0;
        request.GroupCap = 2;
        one.CheckKept(search, workspace, request);
    }

    [Fact]
    public void Lists_that_are_too_short_are_made_good()
    {
        using DeviceSearch search = new(Context) { SurvivorsMax = 64, DirectRowsMax = 10 };
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = new(
            Context, Stream, 2_500, 16, CudaElement.Float16, ScanMetric.Dot, (_, values) => values.Fill(0.25f));
        one.AddEmbedding(64, CudaElement.SignCode, ScanMetric.Dot, RandomRows.Normal(4));
        DeviceSearchRequest request = Request(one, 2, 20, 64, isAsymmetric: false);
        request.Keep!.Share = 0.8;
        one.CheckKept(search, workspace, request);
    }

    [Fact]
    public void A_choice_that_does_not_fit_is_refused()
    {
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = Case(100, CudaElement.Float16, 64, null);
        foreach ((string name, Action<CodeKeep> wrong) in ((string, Action<CodeKeep>)[])
            [
                ("Codes", keep => keep.Codes = 0),
                ("Queries", keep => keep.Queries = keep.Queries[1..]),
                ("Least", keep => keep.Least = new long[3]),
                ("Share", keep => keep.Share = 0),
                ("Share", keep => keep.Share = double.NaN),
                ("Count", keep => keep.Count = -1),
            ])
        {
            DeviceSearchRequest request = Request(one, 2, 5, 64, isAsymmetric: false);
            wrong(request.Keep!);
            ArgumentException problem = Assert.Throws<ArgumentException>(
                () => search.Search(request, workspace, TestContext.Current.CancellationToken));
            Assert.Contains(name, problem.Message, StringComparison.Ordinal);
        }
    }

    private SearchCase Case(
        int rows, CudaElement element, int bits, Func<long, long>? orderOf, Func<long, bool>? isLive = null)
    {
        SearchCase one = new(
            Context,
            Stream,
            rows,
            40,
            element,
            ScanMetric.Dot,
            RandomRows.Normal(bits),
            isLive,
            orderOf is null ? null : [.. Enumerable.Range(0, rows).Select(row => orderOf(row))]);
        one.AddEmbedding(bits, CudaElement.SignCode, ScanMetric.Dot, RandomRows.Normal(bits + 1));
        return one;
    }

    private static DeviceSearchRequest Request(SearchCase one, int queries, int k, int bits, bool isAsymmetric)
    {
        float[] codes = new float[queries * bits];
        for (int query = 0; query < queries; query++)
        {
            RandomRows.CodeQueries(bits, isAsymmetric)(query, codes.AsSpan(query * bits, bits));
        }

        DeviceSearchRequest request = one.Request(queries, k, RandomRows.Queries(bits));
        int dim = one.Table.Embeddings[0].Dim;
        request.Queries = request.Queries[..(queries * dim)];
        request.Keep = new CodeKeep { Codes = 1, Queries = codes, Share = 0.05 };
        return request;
    }
}

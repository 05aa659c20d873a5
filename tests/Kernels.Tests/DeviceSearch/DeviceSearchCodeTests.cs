using Linr.Kernels.Scan;
using Linr.Kernels.Tests.Cuda;
using Linr.Kernels.Tests.Scan;

namespace Linr.Kernels.Tests.DeviceSearches;

/// <summary>Searches of codes, whose rows tie: the CPU's bits.</summary>
public sealed class DeviceSearchCodeTests(CudaMachine machine) : CudaTest(machine)
{
    [Theory]
    [InlineData(64, false)]
    [InlineData(64, true)]
    [InlineData(192, false)]
    [InlineData(256, true)]
    [InlineData(1024, false)]
    [InlineData(1024, true)]
    public void Answers_are_the_CPUs(int bits, bool isAsymmetric)
    {
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        foreach ((int rows, int queries, int k) in ((int, int, int)[])
            [(1, 1, 3), (700, 3, 10), (1_100, 1, 1_100), (1_300, 9, 40)])
        {
            using SearchCase one = Codes(rows, bits, RandomRows.Normal(bits));
            DeviceSearchRequest request = one.Request(queries, k, RandomRows.CodeQueries(7, isAsymmetric));
            one.Check(search, workspace, request);
            DeviceFilter? few = one.Rows(row => row % 90 == 1), many = one.Rows(row => row % 3 > 0);
            request.Filters = Enumerable.Range(0, queries)
                .Select(query => query % 3 == 0 ? many : query % 3 == 1 ? few : null).ToArray();
            one.Check(search, workspace, request);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Ties_of_few_levels_are_settled_by_the_tables_order(int kind)
    {
        const int Rows = 1_500;
        using DeviceSearch search = new(Context) { SurvivorsMax = 256 };
        using DeviceSearchWorkspace workspace = new(Context);
        long[] order = [.. Enumerable.Range(0, Rows).Select(row => (long)row * 7_919 % Rows)];
        using SearchCase one = new(
            Context,
            Stream,
            Rows,
            64,
            CudaElement.SignCode,
            ScanMetric.Dot,
            (row, values) =>
            {
                values.Fill(1);
                values[5] = kind == 1 && row % 2 == 0 ? -1 : 1;
                values[63] = kind == 2 && row == 777 ? -1 : 1;
            },
            null,
            order);
        foreach (int k in (int[])[20, 900])
        {
            one.Check(search, workspace, one.Request(2, k, RandomRows.CodeQueries(1, isAsymmetric: false)));
        }
    }

    [Fact]
    public void Live_rows_lowest_scores_and_group_caps_hold_for_codes()
    {
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = new(
            Context,
            Stream,
            2_000,
            128,
            CudaElement.SignCode,
            ScanMetric.Dot,
            RandomRows.Normal(3),
            row => row % 5 != 0);
        one.AddCodes(row => (uint)(row % 11));
        DeviceSearchRequest request = one.Request(5, 25, RandomRows.CodeQueries(2, isAsymmetric: false));
        request.ScoreMin = new float[] { float.NegativeInfinity, 0, 20, 30, 1e6f };
        one.Check(search, workspace, request);
        request.GroupColumn = 0;
        request.GroupCap = 2;
        one.Check(search, workspace, request);
    }

    [Fact]
    public void A_large_batch_runs_in_several_launches()
    {
        using DeviceSearch search = new(Context);
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = Codes(300, 1024, RandomRows.Normal(8));
        one.Check(search, workspace, one.Request(70, 6, RandomRows.CodeQueries(3, isAsymmetric: false)));
    }

    private SearchCase Codes(int rows, int bits, Action<long, Span<float>> fill)
        => new(Context, Stream, rows, bits, CudaElement.SignCode, ScanMetric.Dot, fill);
}

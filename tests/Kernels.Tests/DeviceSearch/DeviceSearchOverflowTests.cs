using Linr.Kernels.Scan;
using Linr.Kernels.Tests.Cuda;
using Linr.Kernels.Tests.Scan;

namespace Linr.Kernels.Tests.DeviceSearches;

/// <summary>Data that leaves more survivors than lists have room for: the same answers, in more passes.</summary>
public sealed class DeviceSearchOverflowTests(CudaMachine machine) : CudaTest(machine)
{
    private const int Dim = 8;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Equal_rows_are_settled_by_the_tables_order(bool isFiltered)
    {
        using DeviceSearch search = new(Context) { SurvivorsMax = 256 };
        using DeviceSearchWorkspace workspace = new(Context);
        long[] order = [.. Enumerable.Range(0, 1_500).Select(row => (long)row * 7_919 % 1_500)];
        using SearchCase one = new(
            Context, Stream, 1_500, Dim, CudaElement.Float16, ScanMetric.Dot, (_, row) => row.Fill(0.5f), null, order);
        DeviceSearchRequest request = one.Request(2, 20, RandomRows.Queries(1));
        request.Filters = isFiltered ? new DeviceFilter?[] { one.Rows(row => row % 3 > 0), null } : default;
        one.Check(search, workspace, request);
        Assert.InRange(workspace.Counters.Repeats, 2, 20);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void Sorted_rows(int sign)
    {
        using DeviceSearch search = new(Context) { SurvivorsMax = 128 };
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = new(
            Context,
            Stream,
            3_000,
            Dim,
            CudaElement.Float32,
            ScanMetric.Dot,
            (row, values) => values.Fill(sign * row / 1024f));
        one.Check(search, workspace, one.Request(2, 20, (query, values) => values.Fill(query + 1)));
    }

    [Fact]
    public void Rows_of_few_values()
    {
        using DeviceSearch search = new(Context) { SurvivorsMax = 128 };
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = new(
            Context,
            Stream,
            2_000,
            Dim,
            CudaElement.Float16,
            ScanMetric.Cosine,
            (row, values) => RandomRows.Normal(5)(row % 9, values));
        one.Check(search, workspace, one.Request(3, 60, RandomRows.Queries(1)));
        Assert.InRange(workspace.Counters.Repeats, 1, 60);
    }

    [Fact]
    public void Rows_that_pass_score_worst()
    {
        using DeviceSearch search = new(Context) { SurvivorsMax = 256 };
        using DeviceSearchWorkspace workspace = new(Context);
        using SearchCase one = new(
            Context,
            Stream,
            2_400,
            Dim,
            CudaElement.Float16,
            ScanMetric.Dot,
            (row, values) => values.Fill(row % 2 == 0 ? 1 + (row / 4096f) : -1 - (row / 4096f)));
        DeviceSearchRequest request = one.Request(2, 20, (query, values) => values.Fill(query + 1));
        request.Filters = new DeviceFilter?[] { one.Rows(row => row % 2 == 1), one.Rows(row => row % 18 == 1) };
        one.Check(search, workspace, request);
    }

    [Fact]
    public void Zero_queries_rows_of_no_length_and_large_numbers()
    {
        using DeviceSearch search = new(Context) { SurvivorsMax = 128 };
        using DeviceSearchWorkspace workspace = new(Context);
        foreach (ScanMetric metric in Enum.GetValues<ScanMetric>())
        {
            using SearchCase one = new(
                Context,
                Stream,
                600,
                Dim,
                CudaElement.Float32,
                metric,
                (row, values) =>
                {
                    RandomRows.Normal(5)(row, values);
                    float size = row % 7 == 0 ? 0 : row % 5 == 0 ? 1e-30f : row % 11 == 0 ? 1e12f : 1;
                    System.Numerics.Tensors.TensorPrimitives.Multiply(values, size, values);
                });
            one.Check(search, workspace, one.Request(3, 30, (query, values) =>
            {
                RandomRows.Queries(1)(query, values);
                System.Numerics.Tensors.TensorPrimitives.Multiply(values, query == 1 ? 0 : 1e5f, values);
            }));
        }
    }
}

using Linr.Kernels.Scan;
using Linr.Kernels.Tests.Cuda;
using Linr.Kernels.Tests.Scan;

namespace Linr.Kernels.Tests.DeviceSearches;

/// <summary>Listed 8-bit rows of every width, for few queries, which have a scan of their own: the CPU's bits.</summary>
public sealed class DeviceSearchInt8ListTests(CudaMachine machine) : CudaTest(machine)
{
    [Theory]
    [InlineData(20, ScanMetric.Dot)]
    [InlineData(40, ScanMetric.Cosine)]
    [InlineData(90, ScanMetric.Dot)]
    [InlineData(128, ScanMetric.Cosine)]
    [InlineData(200, ScanMetric.Dot)]
    [InlineData(256, ScanMetric.Dot)]
    [InlineData(300, ScanMetric.Dot)]
    public void Answers_are_the_CPUs(int dim, ScanMetric metric)
    {
        using DeviceSearch search = new(Context) { DirectRowsMax = 10 };
        using DeviceSearchWorkspace workspace = new(Context);
        Action<long, Span<float>> normal = RandomRows.Normal(dim);
        using SearchCase one = new(
            Context,
            Stream,
            2_600,
            dim,
            CudaElement.Int8,
            metric,
            (row, values) =>
            {
                // Rows of zeros, and rows of very different sizes.
                normal(row, values);
                for (int d = 0; d < values.Length; d++)
                {
                    values[d] *= row % 50 == 0 ? 0 : row % 7 == 0 ? 40 : 1;
                }
            },
            withNorms: false);
        DeviceFilter some = one.Rows(row => row % 4 == 2 || row % 100 == 0), few = one.Rows(row => row is > 500 and < 530);
        foreach ((int queries, int k) in ((int, int)[])[(1, 25), (2, 600), (8, 10), (9, 10)])
        {
            DeviceSearchRequest request = one.Request(queries, k, RandomRows.Queries(7));
            request.Filters = new[] { some };
            one.Check(search, workspace, request);
            request.Filters = Enumerable.Range(0, queries).Select(query => query % 2 == 0 ? some : few).ToArray();
            one.Check(search, workspace, request);
            request.ScoreMin =
                Enumerable.Range(0, queries).Select(query => query % 3 == 0 ? -0.05f : query % 3 == 1 ? 0 : 0.1f).ToArray();
            one.Check(search, workspace, request);
        }
    }
}

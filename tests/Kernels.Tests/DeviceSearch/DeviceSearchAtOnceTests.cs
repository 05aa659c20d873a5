using Linr.Kernels.Scan;
using Linr.Kernels.Tests.Cuda;
using Linr.Kernels.Tests.Scan;

namespace Linr.Kernels.Tests.DeviceSearches;

/// <summary>Searches of several threads, each with a workspace of its own, on one device.</summary>
public sealed class DeviceSearchAtOnceTests(CudaMachine machine) : CudaTest(machine)
{
    private const int Threads = 3;
    private const int Searches = 8;

    /// <summary>
    /// A large k is put in order by all blocks of a device together, which wait for each other: so do those of another
    /// search, and neither may keep the other's from being there.
    /// </summary>
    [Theory]
    [InlineData(9_000, 6_000)]
    [InlineData(9_000, 20)]
    public async Task All_end_with_their_own_answers(int rows, int k)
    {
        using DeviceSearch search = new(Context);
        using SearchCase one = new(
            Context, Stream, rows, 8, CudaElement.Float16, ScanMetric.Dot, RandomRows.Normal(6));
        DeviceSearchRequest[] requests =
            [.. Enumerable.Range(0, Threads).Select(thread => one.Request(2, k, RandomRows.Queries(thread)))];
        ScanHit[][] expected = [.. requests.Select(request => Search(search, request, 1))];
        ScanHit[][] found = await Task.WhenAll(requests.Select(request => Task.Run(
            () => Search(search, request, Searches), TestContext.Current.CancellationToken)));
        Assert.Equal(expected, found);
    }

    private ScanHit[] Search(DeviceSearch search, DeviceSearchRequest request, int times)
    {
        using DeviceSearchWorkspace workspace = new(Context);
        for (int time = 0; time < times; time++)
        {
            search.Search(request, workspace, TestContext.Current.CancellationToken);
        }

        return [.. workspace.Hits(0), .. workspace.Hits(1)];
    }
}

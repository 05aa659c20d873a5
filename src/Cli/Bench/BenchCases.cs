using Linr.Engine.Bench;
using Linr.Kernels.Scan;

namespace Linr.Cli.Bench;

/// <summary>What `linr bench` measures.</summary>
internal static class BenchCases
{
    private static readonly int[] s_batches = [1, 16, 64, 256];
    private static readonly int[] s_ks = [100, 1_000];
    private static readonly double[] s_passRates = [1, 0.1, 0.01, 0.001];

    public static IReadOnlyList<ScanCase> Of(bool isQuick)
    {
        var cases = new List<ScanCase>();
        foreach (int k in s_ks)
        {
            foreach (double passRate in isQuick ? [1] : s_passRates)
            {
                cases.AddRange(s_batches.Select(batch => new ScanCase(RowElement.Float32, batch, k, passRate)));
            }
        }

        cases.AddRange(s_batches.Select(batch => new ScanCase(RowElement.Float16, batch, 100, 1)));
        if (!isQuick)
        {
            cases.AddRange(
                s_batches.Select(batch => new ScanCase(RowElement.Float32, batch, 100, 0.1, IsAdverse: true)));
        }

        return cases;
    }
}

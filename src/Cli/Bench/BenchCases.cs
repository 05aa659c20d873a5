using Linr.Engine.Bench;
using Linr.Kernels.Scan;

namespace Linr.Cli.Bench;

/// <summary>What `linr bench` measures.</summary>
internal static class BenchCases
{
    private static readonly int[] s_batches = [1, 16, 64, 256];
    private static readonly int[] s_ks = [100, 1_000];

    private static readonly CaseFilter[] s_lists =
        [CaseFilter.DenyConstant, CaseFilter.DenyBound, CaseFilter.AllowConstant, CaseFilter.AllowBound];

    /// <summary>The searches, those that are compared next to each other.</summary>
    /// <param name="isQuick">Only the searches without a filter.</param>
    public static IReadOnlyList<ScanCase> Of(bool isQuick)
    {
        var cases = new List<ScanCase>();
        foreach (int batch in s_batches)
        {
            cases.Add(new ScanCase(RowElement.Float16, batch, s_ks[0]));
            cases.Add(new ScanCase(RowElement.Int8, batch, s_ks[0]));
            foreach (int k in s_ks)
            {
                var plain = new ScanCase(RowElement.Float32, batch, k);
                cases.Add(plain);
                if (!isQuick)
                {
                    cases.AddRange(Filtered(plain));
                }
            }
        }

        cases.AddRange(s_batches[..2].Select(batch => new ScanCase(RowElement.SignCode, batch, s_ks[0])));
        return cases;
    }

    private static IEnumerable<ScanCase> Filtered(ScanCase plain)
    {
        foreach (double passRate in FilterColumns.PassRates.Reverse())
        {
            yield return plain with { Filter = CaseFilter.Clauses, PassRate = passRate };
        }

        if (plain.K == s_ks[0])
        {
            yield return plain with { Filter = CaseFilter.WorstRows, PassRate = 0.1 };
            foreach (CaseFilter list in plain.QueryCount == 1 ? s_lists : [])
            {
                yield return plain with { Filter = list };
            }
        }
    }
}

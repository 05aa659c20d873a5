using System.Diagnostics;
using System.Globalization;
using Linr.Kernels;
using Linr.Kernels.Filter;
using Linr.Kernels.Scan;

namespace Linr.Bench.Micro;

/// <summary>
/// How much longer searches with a filter take than the same without, on one thread, each measured right after one
/// without: <c>dotnet run -c Release --project bench/Micro -- filtered-scan [rows] [fp32|fp16] [batches] [clauses]
/// [shares in %] [rounds]</c>, lists with commas, run with DOTNET_TieredCompilation=0.
/// </summary>
internal sealed class FilteredScanMatrix(FilteredScanTable table, long rowCount, int rounds) : IDisposable
{
    private const int K = 100;
    private readonly ScanWorkspace _workspace = new();

    public static void Run(ReadOnlySpan<string> args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        long rowCount = args.Length > 0 ? long.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
        bool halves = args.Length > 1 && args[1] == "fp16";
        double[] batches = List(args, 2, "1,16,64");
        double[] clauses = List(args, 3, "1,2");
        double[] shares = List(args, 4, "100,50,20,10,5,1,0.1");
        int rounds = args.Length > 5 ? int.Parse(args[5], CultureInfo.InvariantCulture) : 5;
        using FilteredScanTable table = new(rowCount, halves ? RowElement.Float16 : RowElement.Float32);
        using FilteredScanMatrix matrix = new(table, rowCount, rounds);
        Console.WriteLine(FormattableString.Invariant(
            $"{rowCount:N0} x {FilteredScanTable.Dim} {(halves ? "fp16" : "fp32")}, K {K}, {InstructionSet.Name}"));
        foreach (double batch in batches)
        {
            foreach (double clauseCount in clauses)
            {
                matrix.Measure((int)batch, (int)clauseCount, shares);
            }
        }
    }

    public void Dispose() => _workspace.Dispose();

    private static double[] List(ReadOnlySpan<string> args, int place, string otherwise)
        => [.. (args.Length > place ? args[place] : otherwise).Split(',').Select(
            number => double.Parse(number, CultureInfo.InvariantCulture))];

    private void Measure(int batch, int clauses, double[] shares)
    {
        float[] queries = FilteredScanTable.Queries(batch);
        double read = 0;
        double multiply = 0;
        for (int i = 0; i < rounds; i++)
        {
            read = Math.Max(read, MachineLimits.ReadBytesPerSecond(table.Bytes));
            multiply = Math.Max(multiply, MachineLimits.MultiplyAddFlopsPerSecond());
        }

        (bool Each, bool Worst)[] kinds = [(false, false), (false, true), (true, false), (true, true)];
        foreach (double share in shares)
        {
            string line = FormattableString.Invariant($"| {batch} | {clauses} | {share} % |");
            double without = 0;
            foreach ((bool each, bool worst) in kinds)
            {
                if (each && batch == 1)
                {
                    line += " | |";
                    continue;
                }

                RowFilter?[] filters = [.. Enumerable.Range(0, each ? batch : 1).Select(
                    seed => table.Filter(share / 100, clauses, worst, seed))];
                (double plain, double filtered, double alone) = Compare(queries, batch, filters);
                without = plain;
                line += FormattableString.Invariant(
                    $" {filtered / plain:F2} ({1e3 * filtered:F1} ms, filter {1e3 * alone:F1}) |");
            }

            double reading = table.Bytes.Bytes / without / read;
            double arithmetic = 2.0 * rowCount * FilteredScanTable.Dim * batch / without / multiply;
            line += FormattableString.Invariant($" {1e3 * without:F1} ms: {reading:P0} of {read / 1e9:F1} GB/s, ")
                + FormattableString.Invariant($"{arithmetic:P0} of {multiply / 1e9:F0} GFLOP/s |");
            Console.WriteLine(line);
        }
    }

    /// <summary>Medians of the search without, the search with, and the filters alone.</summary>
    private (double Plain, double Filtered, double Alone) Compare(float[] queries, int batch, RowFilter?[] filters)
    {
        List<double> plain = [];
        List<double> filtered = [];
        List<double> alone = [];
        for (int round = -1; round < rounds; round++)
        {
            double first = Search(queries, batch, null);
            double second = Search(queries, batch, filters);
            double third = Evaluate(filters);
            if (round >= 0)
            {
                plain.Add(first);
                filtered.Add(second);
                alone.Add(third);
            }
        }

        return (Median(plain), Median(filtered), Median(alone));
    }

    private double Search(float[] queries, int batch, RowFilter?[]? filters)
    {
        ScanRequest request = new()
        {
            Segments = new[] { table.Segment },
            RowCount = rowCount,
            QueryCount = batch,
            Queries = queries,
            Filters = filters,
            K = K,
        };
        long start = Stopwatch.GetTimestamp();
        FilteredTopK.Search(request, _workspace);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private double Evaluate(RowFilter?[] filters)
    {
        const int rows = 16_384;
        ulong[] mask = new ulong[rows / 64];
        long start = Stopwatch.GetTimestamp();
        for (long row = 0; row < rowCount; row += rows)
        {
            foreach (RowFilter? filter in filters)
            {
                filter!.Evaluate(
                    (int)(row / ScanSegment.BlockRows),
                    (int)(row % ScanSegment.BlockRows),
                    (int)Math.Min(rows, rowCount - row),
                    mask);
            }
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}

using Linr.Kernels.Filter;
using Linr.Kernels.Scan;

namespace Linr.Kernels.Tests.Scan;

/// <summary>Scans of nothing but given rows.</summary>
public sealed class FilteredTopKCandidateTests
{
    private const int Rows = ScanSegment.BlockRows + 900;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void The_best_of_the_candidates_match_the_reference(int threads)
    {
        using ScanWorkers workers = new(threads);
        foreach (ScanMetric metric in Enum.GetValues<ScanMetric>())
        {
            foreach (RowElement element in (RowElement[])
                [RowElement.Float32, RowElement.Float16, RowElement.BFloat16, RowElement.Int8])
            {
                using TestTable table = new TestTable(Rows)
                    .Add(19, element, metric, RandomRows.Normal(1))
                    .Add(7, RowElement.Float32, ScanMetric.Dot, RandomRows.Normal(2));
                foreach (int count in (int[])[0, 1, 5, 700])
                {
                    ScanRequest request = table.Request(6, 40, RandomRows.Queries(5));
                    request.Weights = Enumerable.Range(0, 12).Select(i => i - 3.5f).ToArray();
                    Give(request, count);
                    Check(request, workers);
                    request.ScoreMin = Enumerable.Range(0, 6).Select(i => 5 * (i - 2f)).ToArray();
                    request.Groups = table.Codes(ColumnElement.Code16, row => (uint)(row % 9));
                    request.GroupCap = 2;
                    Check(request, workers);
                }
            }
        }
    }

    [Fact]
    public void Equal_scores_are_put_in_order()
    {
        using TestTable table = new TestTable(3_000)
            .Add(4, RowElement.Float32, ScanMetric.Dot, (row, values) => values.Fill(row % 3));
        ScanRequest request = table.Request(2, 50, RandomRows.Queries(5));
        request.Order = new ScatteredOrder();
        Give(request, 300);
        Check(request, null);
    }

    [Fact]
    public void What_does_not_fit_candidates_is_refused()
    {
        using TestTable table = new TestTable(100)
            .Add(4, RowElement.Float32, ScanMetric.Dot, RandomRows.Normal(1));
        ScanRequest request = table.Request(2, 5, RandomRows.Queries(5));
        request.Candidates = new ReadOnlyMemory<uint>[1];
        Refuse(request, "Expected 2, found 1. (Parameter 'Candidates')");
        request.Candidates = new ReadOnlyMemory<uint>[] { new uint[] { 3 }, new uint[] { 99, 100 } };
        Refuse(request, "Expected rows below 100, found 100. (Parameter 'Candidates')");
        request.Candidates = new ReadOnlyMemory<uint>[2];
        request.Filters = new RowFilter?[1];
        Refuse(request, "Expected none or 0, found 1. (Parameter 'Filters')");

        using TestTable codes = new TestTable(100)
            .Add(64, RowElement.SignCode, ScanMetric.Dot, RandomRows.Normal(1));
        ScanRequest ofCodes = codes.Request(1, 5, (_, values) => values.Fill(1));
        ofCodes.Candidates = new ReadOnlyMemory<uint>[1];
        Refuse(ofCodes, "Expected none for codes, found 1. (Parameter 'Candidates')");

        static void Refuse(ScanRequest request, string message)
        {
            using ScanWorkspace workspace = new();
            Assert.Equal(
                message, Assert.Throws<ArgumentException>(() => FilteredTopK.Search(request, workspace)).Message);
        }
    }

    private static void Give(ScanRequest request, int count)
        => request.Candidates = Enumerable.Range(0, request.QueryCount).Select(query =>
        {
            var random = new Random(query);
            return (ReadOnlyMemory<uint>)Enumerable.Range(0, count)
                .Select(_ => (uint)random.NextInt64(request.RowCount)).Distinct().ToArray();
        }).ToArray();

    private static void Check(ScanRequest request, ScanWorkers? workers)
    {
        using ScanWorkspace workspace = new();
        FilteredTopK.Search(request, workspace, workers, TestContext.Current.CancellationToken);
        for (int query = 0; query < request.QueryCount; query++)
        {
            ScanAssert.SameBits(FilteredTopK.Reference(request, query), workspace.Hits(query));
            Assert.Equal(request.Candidates.Span[query].Length, workspace.RowsPassed(query));
        }
    }
}

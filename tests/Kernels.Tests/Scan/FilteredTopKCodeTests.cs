using Linr.Kernels.Filter;
using Linr.Kernels.Scan;

namespace Linr.Kernels.Tests.Scan;

/// <summary>Scans of codes: few levels of scores, so that most rows tie.</summary>
public sealed class FilteredTopKCodeTests
{
    private const int RowCount = 9_000;

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(192)]
    [InlineData(256)]
    [InlineData(512)]
    [InlineData(1024)]
    public void Every_width_matches_the_reference(int bits)
    {
        using ScanWorkers workers = new(2);
        using TestTable table = Codes(1_500, bits, RandomRows.Normal(bits));
        foreach (bool isAsymmetric in (bool[])[false, true])
        {
            foreach (int queries in (int[])[1, 3, 5, 40])
            {
                ScanRequest request = table.Request(queries, 9, RandomRows.CodeQueries(queries, isAsymmetric));
                ScanAssert.MatchesReference(request);
                request.Order = new ScatteredOrder();
                request.Filters = new RowFilter?[] { new PredicateFilter(row => row % 7 == 3) };
                ScanAssert.MatchesReference(request, workers);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(RowCount - 1)]
    [InlineData(int.MaxValue)]
    public void Ties_of_few_levels_are_settled_by_the_order_of_the_table(int k)
    {
        using ScanWorkers workers = new(2);
        Action<long, Span<float>>[] tables =
        [
            (_, values) => values.Fill(1),
            (row, values) => values.Fill((row % 2 * 2) - 1),
            (row, values) =>
            {
                values.Fill(1);
                values[63] = row == RowCount / 2 ? -1 : 1;
            },
            RandomRows.Normal(4),
        ];
        foreach (Action<long, Span<float>> fill in tables)
        {
            using TestTable table = Codes(RowCount, 64, fill);
            foreach (int queries in (int[])[1, 6])
            {
                ScanRequest request = table.Request(queries, k, RandomRows.CodeQueries(3, isAsymmetric: false));
                request.Order = new ScatteredOrder();
                ScanAssert.MatchesReference(request);
                ScanAssert.MatchesReference(request, workers);
            }
        }
    }

    [Fact]
    public void Blocks_lowest_scores_live_rows_and_group_caps_hold_for_codes()
    {
        const int Rows = ScanSegment.BlockRows + 500;
        using TestTable table = Codes(Rows, 64, RandomRows.Normal(5));
        ScanRequest request = table.Request(5, 40, RandomRows.CodeQueries(3, isAsymmetric: true));
        request.LiveMasks = table.Masks(row => row % 3 != 0);
        request.ScoreMin = new float[] { float.NegativeInfinity, 300, 900, 1200, 1e6f };
        ScanAssert.MatchesReference(request);
        request.Groups = table.Codes(ColumnElement.Code8, row => (uint)(row % 5));
        request.GroupCap = 3;
        ScanAssert.MatchesReference(request);
    }

    [Fact]
    public void A_score_does_not_depend_on_the_batch()
    {
        using TestTable table = Codes(700, 128, RandomRows.Normal(5));
        ScanRequest alone = table.Request(1, 700, RandomRows.CodeQueries(3, isAsymmetric: false));
        ScanRequest mixed = table.Request(6, 700, (query, values)
            => RandomRows.CodeQueries(3, isAsymmetric: query > 0)(query, values));
        using ScanWorkspace first = new(), second = new();
        FilteredTopK.Search(alone, first, cancellation: TestContext.Current.CancellationToken);
        FilteredTopK.Search(mixed, second, cancellation: TestContext.Current.CancellationToken);
        ScanAssert.SameBits(first.Hits(0), second.Hits(0));
    }

    [Fact]
    public void Requests_that_codes_cannot_answer_are_refused()
    {
        using TestTable table = Codes(100, 64, RandomRows.Normal(5));
        Refuse(request => request.Queries = Enumerable.Repeat(0.5f, 64).ToArray(), "whole numbers within 127");
        Refuse(request => request.Queries = Enumerable.Repeat(128f, 64).ToArray(), "whole numbers within 127");
        Refuse(request => request.Queries = Enumerable.Repeat(float.NaN, 64).ToArray(), "whole numbers within 127");
        Refuse(request => request.Weights = new float[] { 1 }, "Weights");
        Refuse(
            request => request.Segments = With(segment => segment with { Metric = ScanMetric.Cosine }),
            "dot products");
        Refuse(
            request =>
            {
                request.Segments = With(segment => segment with { Dim = 32 });
                request.Queries = new float[32];
            },
            "64 to 1024 bits");

        ScanSegment[] With(Func<ScanSegment, ScanSegment> change) => [change(table.Segments.Span[0])];

        void Refuse(Action<ScanRequest> spoil, string part)
        {
            ScanRequest request = table.Request(1, 5, RandomRows.CodeQueries(3, isAsymmetric: false));
            spoil(request);
            using ScanWorkspace workspace = new();
            ArgumentException error = Assert.Throws<ArgumentException>(() => FilteredTopK.Search(request, workspace));
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
        }
    }

    private static TestTable Codes(int rows, int bits, Action<long, Span<float>> fill)
        => new TestTable(rows).Add(bits, RowElement.SignCode, ScanMetric.Dot, fill);
}

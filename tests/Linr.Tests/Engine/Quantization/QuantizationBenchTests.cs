using Linr.Engine.Quantization;
using Linr.Index;

namespace Linr.Tests.Engine.Quantization;

/// <summary>The recall that is measured; never how fast it was.</summary>
public sealed class QuantizationBenchTests
{
    private const int Count = 600;

    private static readonly QuantizationOptions s_options = new()
    {
        QueryCount = 30,
        Bits = [64, 256, 1_024],
        Ks = [10, 50],
        KeepShares = [0.02, 0.1, 0.5, 1],
    };

    private static readonly Lazy<QuantizationResult> s_result = new(() => Run(Count, s_options));

    public static TheoryData<QuantizationOptions, string> Wrong => new()
    {
        { s_options with { QueryCount = 0 }, "QueryCount: expected 1 or more; found 0." },
        { s_options with { ThreadCount = 0 }, "ThreadCount: expected 1 or more; found 0." },
        { s_options with { Bits = [64, 100] }, "Bits: expected multiples of 64 from 64 to 1024; found 100." },
        { s_options with { Ks = [] }, "Ks.Count: expected 1 or more; found 0." },
        { s_options with { Ks = [10, -1] }, "Ks: expected 1 or more; found -1." },
        { s_options with { Ks = [Count] }, "Expected more than 600 items, to measure recall@600; found 600." },
        { s_options with { KeepShares = [0] }, "KeepShares: expected above 0 and at most 1; found 0." },
        { s_options with { KeepShares = [1.5] }, "KeepShares: expected above 0 and at most 1; found 1.5." },
        { s_options with { Embedding = "other" }, "Embedding: expected one of main, side; found \"other\"." },
    };

    [Fact]
    public void Every_way_has_a_figure_a_size()
    {
        QuantizationResult result = s_result.Value;
        Assert.Equal(
            (Count, 30, 4 * ClusteredItems.Dim, "main"),
            (result.ItemCount, result.QueryCount, result.RowBytes, result.Embedding.Name));
        Assert.Equal([10, 50], result.Ks);
        Assert.Empty(result.SkippedKs);
        Assert.Equal([10, 50], result.Exact.Select(exact => exact.K));
        Assert.Equal(
            from bits in s_options.Bits
            from isAsymmetric in (bool[])[false, true]
            from keep in s_options.KeepShares.Cast<double?>().Prepend(null)
            from k in s_options.Ks
            orderby bits, isAsymmetric, keep, k
            select (bits, bits / 8, isAsymmetric, keep, k, keep is null ? k : Math.Max(k, (int)(keep * Count))),
            from one in result.Figures
            orderby one.Bits, one.IsAsymmetric, one.KeepShare, one.K
            select (one.Bits, one.CodeBytes, one.IsAsymmetric, one.KeepShare, one.K, one.Kept));
        Assert.All(result.Figures, figure => Assert.InRange(figure.Recall, 0, 1));
    }

    [Fact]
    public void Rows_of_fewer_bits_are_measured_beside()
    {
        QuantizationResult result = s_result.Value;
        Assert.Equal(
            [(RowType.Float16, 10), (RowType.Float16, 50), (RowType.Int8, 10), (RowType.Int8, 50)],
            result.RowTypes.Select(one => (one.RowType, one.K)));
        Assert.Equal(
            [2 * ClusteredItems.Dim, ClusteredItems.Dim + 2], result.RowTypes.Select(one => one.RowBytes).Distinct());
        Assert.All(result.RowTypes, one => Assert.InRange(one.Recall, 0.9, 1));
        Assert.All(
            result.RowTypes.GroupBy(one => one.K),
            size => Assert.True(size.First().Recall >= size.Last().Recall, $"{size.Key}"));
    }

    [Fact]
    public void Rescoring_every_item_gives_the_exact_answers()
    {
        QuantizationResult result = s_result.Value;
        Assert.All(result.Figures.Where(one => one.KeepShare == 1), one => Assert.Equal(1, one.Recall));
        Assert.Contains(result.Figures, one => one.KeepShare is null && one.Recall < 1);
    }

    [Fact]
    public void Recall_grows_with_the_share_that_is_rescored()
    {
        foreach (var way in s_result.Value.Figures.GroupBy(one => (one.Bits, one.IsAsymmetric, one.K)))
        {
            double[] recalls = [.. way.OrderBy(one => one.KeepShare ?? 0).Select(one => one.Recall)];
            Assert.Equal(recalls.Order(), recalls);
            Assert.True(recalls[0] < recalls[^1], $"{way.Key}: {recalls[0]}");
        }
    }

    [Fact]
    public void More_bits_and_an_asymmetric_query_recall_more()
    {
        foreach (int k in s_options.Ks)
        {
            Assert.True(Recall(1_024, false, k) > Recall(256, false, k));
            Assert.True(Recall(256, false, k) > Recall(64, false, k));
            Assert.True(Recall(64, true, k) > Recall(64, false, k));
        }
    }

    [Theory]
    [InlineData(null, 10)]
    [InlineData(0.02, 12)]
    [InlineData(0.1, 60)]
    public void Recall_is_that_of_a_naive_search_by_codes(double? keepShare, int kept)
    {
        using ItemTable table = ClusteredItems.Table(Count);
        double expected = NaiveRecall.Of(table, s_options, bits: 64, k: 10, kept);
        Assert.Equal(expected, Recall(64, false, 10, keepShare), 1e-9);
        Assert.InRange(expected, 0.1, 0.99);
    }

    [Fact]
    public void Sizes_that_reach_the_items_are_left_out()
    {
        QuantizationResult result = Run(50, s_options with { Ks = [49, 10, 1_000, 50], Bits = [64] });
        Assert.Equal([10, 49], result.Ks);
        Assert.Equal([50, 1_000], result.SkippedKs);
        Assert.DoesNotContain(result.Figures, one => one.K >= 50);
    }

    [Fact]
    public void Another_embedding_and_another_seed_are_measured_on_request()
    {
        QuantizationOptions small = s_options with { Bits = [64] };
        Assert.Equal("side", Run(100, small with { Embedding = "side" }).Embedding.Name);
        Assert.Equal(Recalls(small), Recalls(small));
        Assert.Equal(Recalls(small), Recalls(small with { ThreadCount = 3 }));
        Assert.NotEqual(Recalls(small), Recalls(small with { Seed = 2 }));

        static IEnumerable<double> Recalls(QuantizationOptions options)
            => Run(100, options).Figures.Select(one => one.Recall);
    }

    [Fact]
    public void Progress_rises_to_the_end_and_cancellation_ends_it()
    {
        var shares = new Shares();
        QuantizationOptions small = s_options with { Bits = [64, 128], QueryCount = 45 };
        Run(50, small with { Ks = [10] }, shares);
        Assert.Equal((2 + 2) * 3, shares.Told.Count);
        Assert.Equal(shares.Told.Order(), shares.Told);
        Assert.Equal(1, shares.Told[^1]);
        Assert.Throws<OperationCanceledException>(
            () => Run(50, small with { Ks = [10] }, null, new CancellationToken(canceled: true)));
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Wrong_options_are_said(QuantizationOptions options, string expected)
        => Assert.Equal(expected, Assert.Throws<ArgumentException>(() => Run(Count, options)).Message);

    private static double Recall(int bits, bool isAsymmetric, int k, double? keepShare = null)
        => s_result.Value.Figures.Single(
            one => (one.Bits, one.IsAsymmetric, one.K, one.KeepShare) == (bits, isAsymmetric, k, keepShare)).Recall;

    private static QuantizationResult Run(
        int count,
        QuantizationOptions options,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        using ItemTable table = ClusteredItems.Table(count);
        using var bench = new QuantizationBench(table, options);
        return bench.Run(progress, cancellation);
    }

    private sealed class Shares : IProgress<double>
    {
        public List<double> Told { get; } = [];

        public void Report(double value) => Told.Add(value);
    }
}

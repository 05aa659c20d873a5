using Linr.Cuda;
using Linr.Kernels.Scan;
using Linr.Kernels.Tests.Cuda;
using Linr.Kernels.Tests.Scan;

namespace Linr.Kernels.Tests;

public sealed class FusedScanCudaTests(CudaMachine machine) : CudaTest(machine)
{
    public static MatrixTheoryData<CudaElement, ScanMetric> Kinds
        => new(RandomRows.CudaFloats, Enum.GetValues<ScanMetric>());

    [Theory]
    [MemberData(nameof(Kinds))]
    public void No_row_of_the_best_k_is_lost_and_bounds_hold(CudaElement element, ScanMetric metric)
    {
        foreach ((int dim, int queryCount) in ((int, int)[])[(8, 3), (24, 16), (100, 1), (128, 17), (200, 9)])
        {
            float[] values = Values(seed: dim, 700 * dim);
            using DeviceTable rows = new(Context, Stream, element, metric, dim, values);
            Check(rows, Values(seed: 7, queryCount * dim), k: 10, sampleRows: 256);
        }
    }

    [Theory]
    [InlineData(33)]
    [InlineData(64)]
    [InlineData(130)]
    [InlineData(256)]
    public void Large_batches_share_a_pass(int queryCount)
    {
        using DeviceTable rows = new(Context, Stream, CudaElement.Float16, ScanMetric.Dot, 64, Values(3, 400 * 64));
        Check(rows, Values(seed: 8, queryCount * 64), k: 5, sampleRows: 128);
    }

    [Fact]
    public void Rows_that_fail_a_filter_or_are_not_listed_do_not_survive()
    {
        const int dim = 32;
        using DeviceTable rows = new(Context, Stream, CudaElement.Float16, ScanMetric.Dot, dim, Values(4, 900 * dim));
        ulong[] masks = new ulong[2 * 15];
        for (int row = 0; row < 900; row++)
        {
            masks[row / 64] |= (row % 3 == 0 ? 1UL : 0) << (row % 64);
            masks[15 + (row / 64)] |= (row % 7 == 0 ? 1UL : 0) << (row % 64);
        }

        uint[] list = [.. Enumerable.Range(0, 900).Where(row => row % 2 == 1).Select(row => (uint)row)];
        Check(rows, Values(5, 3 * dim), 10, 256, masks, [0, uint.MaxValue, 1], list);
        Check(rows, Values(6, 3 * dim), 10, 256, masks, [1, 0, uint.MaxValue]);
    }

    [Fact]
    public void Equal_rows_all_survive_and_overflow_is_counted()
    {
        const int dim = 16;
        float[] values = [.. Enumerable.Repeat(Values(9, dim), 300).SelectMany(row => row)];
        using DeviceTable rows = new(Context, Stream, CudaElement.Float16, ScanMetric.Dot, dim, values);
        using DeviceScan scan = new(Context, Stream, rows, Values(10, dim), 10, 64, capacity: 200);
        scan.Run();
        Assert.Equal(300u, scan.Counts()[0]);
        Assert.Equal(200, scan.Survivors(0).Length);
    }

    [Theory]
    [InlineData(CudaElement.Float16)]
    [InlineData(CudaElement.SignCode)]
    public void Rows_without_room_for_whole_tiles_are_refused(CudaElement element)
    {
        using DeviceBuffer<byte> rows = new(Context, 100 * 32, "rows");
        ArgumentException refused =
            Assert.Throws<ArgumentException>(() => FusedScanCuda.Map(Context, element, rows.Slice(), 32));
        Assert.Contains("multiple of 128 rows of 32 bytes, found 3200 bytes", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sample_may_be_larger_than_the_table()
    {
        using DeviceTable rows = new(Context, Stream, CudaElement.Float16, ScanMetric.Dot, 40, Values(11, 300 * 40));
        Check(rows, Values(12, 5 * 40), k: 20, sampleRows: 2304);
    }

    [Fact]
    public void More_survivors_than_queues_have_room_for_wait_for_it()
    {
        using DeviceTable rows = new(Context, Stream, CudaElement.Float16, ScanMetric.Dot, 24, Values(13, 390 * 24));
        Check(rows, Values(14, 60 * 24), k: 390, sampleRows: 64);
    }

    [Theory]
    [InlineData(CudaElement.Float32)]
    [InlineData(CudaElement.BFloat16)]
    public void Rows_too_short_for_floats_are_scored_all_the_same(CudaElement element)
    {
        const int dim = 20;
        float[] values = Values(15, 200 * dim);
        for (int i = 0; i < 3 * dim; i++)
        {
            values[(50 * dim) + i] *= 1e-30f;
        }

        using DeviceTable rows = new(Context, Stream, element, ScanMetric.Cosine, dim, values);
        Check(rows, Values(16, 3 * dim), k: 7, sampleRows: 64);
    }

    private static float[] Values(int seed, int count)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];
    }

    private void Check(
        DeviceTable rows,
        float[] queries,
        int k,
        int sampleRows,
        ulong[]? masks = null,
        uint[]? filters = null,
        uint[]? list = null)
    {
        int words = (rows.RowCount + 63) / 64;
        using DeviceScan scan = new(Context, Stream, rows, queries, k, sampleRows, rows.RowCount, masks, filters, list);
        scan.Run();
        float[] cuts = scan.Cuts();
        for (int q = 0; q < queries.Length / rows.Dim; q++)
        {
            float[] query = queries[(q * rows.Dim)..((q + 1) * rows.Dim)];
            IEnumerable<uint> scanned = list ?? Enumerable.Range(0, rows.RowCount).Select(row => (uint)row);
            uint[] passing = [.. scanned.Where(row => masks is null || filters![q] == uint.MaxValue
                || ((masks[(filters[q] * words) + (row / 64)] >> (int)(row % 64)) & 1) != 0)];
            var scores = passing.ToDictionary(row => row, row => rows.Score(query, (int)row));
            float best = scores.Count < k ? float.NegativeInfinity : scores.Values.OrderDescending().ElementAt(k - 1);
            ulong[] survivors = scan.Survivors(q);
            Assert.Equal(survivors.Length, survivors.Select(ScoredRow.Row).Distinct().Count());
            foreach (ulong word in survivors)
            {
                float score = scores[ScoredRow.Row(word)];
                float lower = ScoredRow.Score(word);
                Assert.InRange(score, lower, lower + (2.001f * scan.Errors[q]) + (1e-6f * Math.Abs(score)));
            }

            HashSet<uint> kept = [.. survivors.Select(ScoredRow.Row)];
            Assert.All(scores.Where(pair => pair.Value >= best), pair => Assert.Contains(pair.Key, kept));
            Assert.True(cuts[q] <= best || scores.Count < k, $"cut {cuts[q]}, best {best}");
        }
    }
}

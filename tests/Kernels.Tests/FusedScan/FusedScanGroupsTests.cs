using Linr.Cuda;
using Linr.Kernels.Scan;
using Linr.Kernels.Tests.Cuda;
using Linr.Kernels.Tests.Scan;

namespace Linr.Kernels.Tests;

public sealed class FusedScanGroupsTests(CudaMachine machine) : CudaTest(machine)
{
    private const int RowCount = 1500;
    private const int Dim = 24;

    public static MatrixTheoryData<CudaElement, ScanMetric> Kinds
        => new(RandomRows.CudaFloats, Enum.GetValues<ScanMetric>());

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Scan_and_finish_give_the_best_hits_of_each_group(CudaElement element, ScanMetric metric)
    {
        float[] values = Values(seed: 1, RowCount * Dim);
        using DeviceTable rows = new(Context, Stream, element, metric, Dim, values);
        uint most = Check(rows, queryCount: 3, k: 20, cap: 2, row => row % 200, codeBytes: 2);
        Assert.InRange<uint>(most, 20, RowCount / 2);
        Check(rows, queryCount: 20, k: 10, cap: 1, row => row % 40, codeBytes: 1);
    }

    /// <summary>Six hits in all: no cut holds anything off, and all that a group's best leave behind would survive.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(17)]
    public void Full_groups_have_cuts_of_their_own(int queryCount)
    {
        float[] values = Values(seed: 2, RowCount * Dim);
        using DeviceTable rows = new(Context, Stream, CudaElement.Float16, ScanMetric.Dot, Dim, values);
        uint most = Check(rows, queryCount, k: 100, cap: 2, row => row % 3 * 70_000, codeBytes: 4);
        Assert.InRange<uint>(most, 6, RowCount / 4);
    }

    /// <summary>The best rows are all of one group, which has room for three of them.</summary>
    [Fact]
    public void A_group_of_the_best_rows_leaves_room_for_others()
    {
        float[] values = Values(seed: 3, RowCount * Dim);
        float[] queries = Values(seed: 4, Dim);
        for (int row = 0; row < RowCount; row += 2)
        {
            for (int d = 0; d < Dim; d++)
            {
                values[(row * Dim) + d] = queries[d] * (2 + (row / (float)RowCount));
            }
        }

        using DeviceTable rows = new(Context, Stream, CudaElement.Float16, ScanMetric.Dot, Dim, values);
        Check(rows, 1, k: 30, cap: 3, row => row % 2 == 0 ? 0 : row, codeBytes: 2, queries: queries);
    }

    [Fact]
    public void Filters_and_lists_hold_with_groups()
    {
        float[] values = Values(seed: 5, RowCount * Dim);
        using DeviceTable rows = new(Context, Stream, CudaElement.Float16, ScanMetric.Dot, Dim, values);
        ulong[] masks = new ulong[(RowCount + 63) / 64];
        for (int row = 0; row < RowCount; row++)
        {
            masks[row / 64] |= (row % 3 == 0 ? 1UL : 0) << (row % 64);
        }

        uint[] list = [.. Enumerable.Range(0, RowCount).Where(row => row % 2 == 1).Select(row => (uint)row)];
        Check(rows, 3, 15, 2, row => row % 50, codeBytes: 1, masks: masks);
        Check(rows, 3, 15, 2, row => row % 50, codeBytes: 1, masks: masks, list: list);
    }

    [Fact]
    public void Equal_rows_are_settled_by_their_order()
    {
        float[] values = [.. Enumerable.Repeat(Values(6, Dim), RowCount).SelectMany(row => row)];
        using DeviceTable rows = new(Context, Stream, CudaElement.Float32, ScanMetric.Cosine, Dim, values);
        Check(rows, 2, k: 10, cap: 4, row => row / 100, codeBytes: 1);
    }

    private static float[] Values(int seed, int count)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];
    }

    /// <summary>Compares the hits with those of all rows, sorted and capped; gives the most survivors of a query.</summary>
    private uint Check(
        DeviceTable rows,
        int queryCount,
        int k,
        int cap,
        Func<uint, uint> groupOf,
        int codeBytes,
        float[]? queries = null,
        ulong[]? masks = null,
        uint[]? list = null)
    {
        queries ??= Values(seed: 7, queryCount * Dim);
        using DeviceBuffer<byte> codes = OnDevice<byte>(TopKCase.Codes(groupOf, RowCount, codeBytes));
        var groups = new CudaGroups(codes.Slice(), codeBytes, cap);
        uint[]? filters = masks is null ? null : new uint[queryCount];
        using DeviceScan scan = new(
            Context, Stream, rows, queries, k, sampleRows: 256, capacity: RowCount, masks, filters, list, groups);
        scan.RunGroups();
        ScanHit[][] found = Finish(rows, scan, queries, k);
        float[] cuts = scan.Cuts();
        IEnumerable<uint> scanned = list ?? Enumerable.Range(0, RowCount).Select(row => (uint)row);
        uint[] passing = [.. scanned.Where(
            row => masks is null || ((masks[row / 64] >> (int)(row % 64)) & 1) != 0)];
        for (int q = 0; q < queryCount; q++)
        {
            float[] query = queries[(q * Dim)..((q + 1) * Dim)];
            ulong[] words = [.. passing.Select(row => ScoredRow.Pack(0, row))];
            (ScanHit[] expected, _) = TopK.Reference(
                words,
                (uint)words.Length,
                float.NegativeInfinity,
                k,
                row => rows.Score(query, (int)row),
                row => row,
                groupOf,
                cap);
            Assert.Equal(expected, found[q]);
            Assert.True(expected.Length < k ? cuts[q] == float.NegativeInfinity : cuts[q] <= expected[^1].Score);
        }

        return scan.Counts().Max();
    }

    private ScanHit[][] Finish(DeviceTable rows, DeviceScan scan, float[] queries, int k)
    {
        int queryCount = queries.Length / Dim;
        using var op = new TopKCuda(Context);
        using DeviceBuffer<float> originals = OnDevice<float>(queries);
        using DeviceBuffer<double> squaredNorms = OnDevice<double>(
            [.. queries.Chunk(Dim).Select(query => CanonicalScore.DotReference(query, query))]);
        using DeviceBuffer<CudaScoreSegment> segments = OnDevice(
            rows.Segment(originals.Slice(), squaredNorms.Slice()));
        using DeviceBuffer<float> twice = OnDevice<float>([.. scan.Errors.Select(error => 2.001f * error)]);
        using DeviceBuffer<byte> scratch = new(
            Context, TopKCuda.ScratchBytes(queryCount, k, RowCount, hasGroups: true), "scratch");
        using DeviceBuffer<ScanHit> hits = new(Context, queryCount * k, "hits");
        using DeviceBuffer<uint> hitCounts = new(Context, queryCount, "counts");
        using DeviceBuffer<TopKStatus> status = new(Context, queryCount, "statuses");
        op.Launch(
            Stream,
            scan.ToFinish(segments.Slice(), twice.Slice()),
            k,
            scratch.Slice(),
            new TopKOutput(hits.Slice(), hitCounts.Slice(), status.Slice()));
        uint[] counts = ToHost(hitCounts.Slice());
        Assert.All(ToHost(status.Slice()), own => Assert.Equal(TopKStatus.Ok, own));
        return [.. Enumerable.Range(0, queryCount).Select(q => ToHost(hits.Slice((long)q * k, counts[q])))];
    }
}

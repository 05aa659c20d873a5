using Linr.Cuda;
using Linr.Kernels.Tests.Cuda;

namespace Linr.Kernels.Tests.CodeSelects;

/// <summary>What codes keep: exactly as many rows as are wanted, in the order of a search, whatever ties.</summary>
public sealed class CodeSelectTests(CudaMachine machine) : CudaTest(machine)
{
    [Theory]
    [InlineData(64, false)]
    [InlineData(64, true)]
    [InlineData(192, false)]
    [InlineData(192, true)]
    [InlineData(256, false)]
    [InlineData(512, true)]
    [InlineData(1024, false)]
    [InlineData(1024, true)]
    public void Kept_rows_are_the_references(int bits, bool isAsymmetric)
    {
        using CodeSelectCuda op = new(Context);
        foreach (int rows in (int[])[1, 63, 64, 700, 5_000])
        {
            using ChoiceCase one = new(Context, Stream, rows, bits, isAsymmetric, ChoiceCase.Random(bits + rows));
            foreach (long wanted in (long[])[1, 2, rows / 3, rows - 1, rows, 3L * rows])
            {
                one.Check(op, new Wants(Math.Max(1, wanted)));
            }

            one.Check(op, new Wants(Share: 0.01), new Wants(Share: 0.5, Least: 7), new Wants(Share: 1));
        }
    }

    [Theory]
    [InlineData(64, 0)]
    [InlineData(64, 1)]
    [InlineData(64, 2)]
    [InlineData(256, 0)]
    [InlineData(320, 2)]
    public void Ties_are_settled_by_the_order(int bits, int kind)
    {
        const int Rows = 9_000;
        using CodeSelectCuda op = new(Context) { SampleGroups = 40 };
        Func<int, int, bool> bitOf = kind switch
        {
            0 => (_, _) => true,                             // all codes equal
            1 => (row, bit) => bit != 5 || row % 2 == 0,     // two distinct codes
            _ => (row, bit) => bit != 63 || row != Rows - 7, // one bit different
        };
        using ChoiceCase one = new(Context, Stream, Rows, bits, isAsymmetric: false, bitOf);
        foreach (Func<int, long>? order in (Func<int, long>?[])
            [null, row => row * 7_919L % Rows, row => (row * 7_919L % Rows * (long.MaxValue / Rows * 2)) + long.MinValue])
        {
            one.OrderOf = order;
            one.Check(op, [.. ((long[])[1, 2, 100, 4_499, 4_500, 4_501, 8_999]).Select(wanted => new Wants(wanted))]);
            one.Check(op, new Wants(77, Filter: row => row % 3 == 1), new Wants(5, Filter: row => row / 1_000 == 4));
        }
    }

    [Theory]
    [InlineData(64, false)]
    [InlineData(128, false)]
    [InlineData(128, true)]
    [InlineData(1024, true)]
    public void A_sample_that_misleads_is_made_good(int bits, bool isAsymmetric)
    {
        const int Rows = 20_000;
        foreach (int groups in (int[])[1, 5, 12])
        {
            using CodeSelectCuda op = new(Context) { SampleGroups = groups };

            // Scores rise with the row, and the best rows lie in one place.
            using ChoiceCase one = new(
                Context, Stream, Rows, bits, isAsymmetric, (row, bit) => bit * Rows < (long)row * bits || (row is > 640 and < 700 && bit > 3));
            one.OrderOf = row => Rows - row;
            one.Check(op, new Wants(3), new Wants(55), new Wants(1_000), new Wants(19_990), new Wants(200, Filter: row => row % 64 == 3));
        }
    }

    [Fact]
    public void Few_or_no_rows_that_pass_are_all_kept()
    {
        using CodeSelectCuda op = new(Context);
        using ChoiceCase one = new(Context, Stream, 3_000, 64, isAsymmetric: false, ChoiceCase.Random(3));
        one.Check(
            op,
            new Wants(10, Filter: _ => false),
            new Wants(10, Filter: row => row == 2_999),
            new Wants(Share: 0.5, Filter: row => row is 5 or 70),
            new Wants(Share: 1e-9, Least: 4, Filter: row => row % 2 == 0));
    }

    [Fact]
    public void Rows_of_a_mask_are_listed()
    {
        using CodeSelectCuda op = new(Context);
        ulong[] mask = [.. Enumerable.Range(0, 1_000).Select(word => word % 7 == 0 ? 0 : (ulong)word * 0x9E3779B97F4A7C15)];
        int[] expected = [.. Enumerable.Range(0, 64_000).Where(row => (mask[row / 64] >> (row % 64) & 1) != 0)];
        using DeviceBuffer<ulong> there = OnDevice<ulong>(mask);
        using DeviceBuffer<uint> rows = new(Context, expected.Length - 5, "rows of a mask");
        using DeviceBuffer<uint> count = OnDevice(77u);
        op.List(Stream, there.Slice(), rows.Slice(), count.Slice());
        Assert.Equal([(uint)expected.Length], ToHost(count.Slice()));
        using DeviceBuffer<uint> all = new(Context, expected.Length, "all rows of a mask");
        op.List(Stream, there.Slice(), all.Slice(), count.Slice());
        Assert.Equal(expected, ToHost(all.Slice()).Select(row => (int)row).Order());
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        using CodeSelectCuda op = new(Context);
        using DeviceBuffer<byte> scratch = new(Context, 1 << 20, "scratch that is too short");
        using DeviceBuffer<CudaScanTable> table = new(Context, 1, "a table");
        using DeviceBuffer<CudaCodeChoice> choices = new(Context, 20, "choices");
        ArgumentException problem = Assert.Throws<ArgumentException>(
            () => op.Launch(Stream, table.Slice(), 8, choices.Slice(), 32, scratch.Slice()));
        Assert.Contains("20 choices", problem.Message, StringComparison.Ordinal);
    }
}

using Linr.Cuda;
using Linr.Kernels.Tests.Cuda;

namespace Linr.Kernels.Tests;

public sealed class TopKGroupsTests(CudaMachine machine) : CudaTest(machine)
{
    public static TheoryData<ScoreKind> Kinds => new(Enum.GetValues<ScoreKind>());

    /// <summary>
    /// Many small groups, few large ones, one, and one of half the rows, with caps below and above their sizes.
    /// </summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_group_has_its_best_hits_up_to_the_cap(ScoreKind kind)
    {
        using var op = new TopKCuda(Context);
        (Func<uint, uint> GroupOf, int Cap, int CodeBytes, int K)[] cases =
        [
            (row => row % 1000 * 65_537, 1, 4, 100),
            (row => row % 7, 3, 1, 100),
            (row => row % 300, 2, 2, 500),
            (_ => 5, 1, 1, 10),
            (row => row % 2 == 0 ? 0 : row, 4, 4, 3000),
            (row => row % 50, 100, 1, 5000),
        ];
        foreach ((Func<uint, uint> groupOf, int cap, int codeBytes, int k) in cases)
        {
            bool hasKeys = cap % 2 == 0;
            using var c = new TopKCase(
                Context,
                Stream,
                kind,
                [9000, 0, 1, 4097],
                9000,
                k,
                hasKeys ? Key : null,
                groupOf: groupOf,
                cap: cap,
                codeBytes: codeBytes);
            c.Launch(op, Stream);
            c.Check($"{kind}, k {k}, cap {cap}, {codeBytes} bytes");
        }
    }

    [Fact]
    public void Rows_below_the_cut_are_no_hits_and_a_list_that_was_too_short_has_no_answer()
    {
        using var op = new TopKCuda(Context);
        using var c = new TopKCase(
            Context, Stream, ScoreKind.Random, [600, 601], 600, 50, cut: 0.9f, groupOf: row => row % 40, cap: 2);
        c.Launch(op, Stream);
        Assert.Equal([TopKStatus.Ok, TopKStatus.Overflow], c.Check("cut and overflow"));
    }

    [Fact]
    public void A_captured_finish_reads_new_survivors_and_launching_allocates_nothing()
    {
        using var op = new TopKCuda(Context);
        using var c = new TopKCase(
            Context, Stream, ScoreKind.FewValues, [3000, 5], 3000, 60, Key, groupOf: row => row % 90, cap: 2);
        using CudaGraph graph = Stream.Capture("a finish", s => c.Launch(op, s));
        using CudaGraphExec exec = graph.Instantiate();
        foreach (uint[] counts in (uint[][])[[3000, 5], [0, 2999], [40, 60]])
        {
            c.Renew(counts, seed: (int)counts[0]);
            exec.Launch(Stream);
            c.Check($"replay of {counts[0]}");
        }

        Assert.Equal(0, AllocatedBytes(() => c.Launch(op, Stream)));
        Stream.Synchronize();
    }

    [Fact]
    public void Codes_that_cannot_be_read_are_refused()
    {
        using DeviceBuffer<byte> codes = OnDevice(new byte[16]);
        Assert.Throws<ArgumentException>(() => new CudaGroups(codes.Slice(), 3, 1));
        Assert.Throws<ArgumentException>(() => new CudaGroups(codes.Slice(1, 8), 2, 1));
        Assert.Throws<ArgumentException>(() => new CudaGroups(default, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CudaGroups(codes.Slice(), 1, 0));
    }

    /// <summary>Distinct keys of both signs, in another order than the rows.</summary>
    private static long Key(uint row) => (row * 0x1e3779b97f4a7c15L) ^ long.MinValue;
}

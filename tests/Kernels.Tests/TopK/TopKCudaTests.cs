using Linr.Cuda;
using Linr.Kernels.Tests.Cuda;

namespace Linr.Kernels.Tests;

public sealed class TopKCudaTests(CudaMachine machine) : CudaTest(machine)
{
    public static TheoryData<ScoreKind> Kinds => new(Enum.GetValues<ScoreKind>());

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_block_a_query_gives_the_answer_of_the_reference(ScoreKind kind)
    {
        using var op = new TopKCuda(Context);
        foreach (int k in (int[])[1, 10, 100, 2000, 4096])
        {
            bool hasKeys = k % 100 != 0;
            uint[] counts = [6000, 0, 1, (uint)k, (uint)k + 1];
            Run(op, kind, counts, 6000, k, hasKeys ? Key : null, $"{kind}, k {k}, has keys: {hasKeys}");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void All_blocks_together_give_the_answer_of_the_reference(ScoreKind kind)
    {
        using var op = new TopKCuda(Context);
        foreach (int k in (int[])[5000, 7000, 30_000])
        {
            bool hasKeys = k == 7000;
            Run(op, kind, [12_000, 4097, 0], 12_000, k, hasKeys ? Key : null, $"{kind}, k {k}, has keys: {hasKeys}");
        }
    }

    [Fact]
    public void A_long_list_with_a_small_k_is_for_all_blocks_too()
    {
        using var op = new TopKCuda(Context);
        Run(op, ScoreKind.Random, [140_000], 140_000, 10, null, "k 10 of 140,000");
        Run(op, ScoreKind.FewValues, [140_000], 140_000, 100, row => -row, "k 100 of 140,000 with ties");
    }

    [Fact]
    public void A_list_longer_than_shared_memory_is_read_again()
    {
        using var op = new TopKCuda(Context);
        Run(op, ScoreKind.Random, [60_000, 24_577], 60_000, 2000, null, "k 2,000 of 60,000");
        Run(op, ScoreKind.NearTies, [60_000, 30_000], 60_000, 100, row => -row, "near-ties of 60,000");
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(33, 100)]
    [InlineData(250, 7)]
    public void Any_dim(int dim, int k)
    {
        using var op = new TopKCuda(Context);
        using var c = new TopKCase(Context, Stream, ScoreKind.Random, [500, 499], 500, k, dim: dim);
        c.Launch(op, Stream);
        c.Check($"D = {dim}");
    }

    [Theory]
    [InlineData(10, 300)]
    [InlineData(5000, 6000)]
    public void A_list_that_was_too_short_has_no_answer(int k, int capacity)
    {
        using var op = new TopKCuda(Context);
        TopKStatus[] status = Run(
            op, ScoreKind.Random, [(uint)capacity, (uint)capacity + 1, uint.MaxValue], capacity, k, null, "overflow");
        Assert.Equal([TopKStatus.Ok, TopKStatus.Overflow, TopKStatus.Overflow], status);
        status = Run(op, ScoreKind.Random, [(uint)capacity + 1], capacity, k, null, "overflow of one");
        Assert.Equal([TopKStatus.Overflow], status);
    }

    /// <summary>Pairs of rows share a key, and all scores are equal: an odd k parts a pair.</summary>
    [Theory]
    [InlineData(10, 300, TopKStatus.Ok)]
    [InlineData(11, 300, TopKStatus.Ties)]
    [InlineData(11, 6000, TopKStatus.Ties)]
    [InlineData(4096, 6000, TopKStatus.Ok)]
    [InlineData(4095, 6000, TopKStatus.Ties)]
    [InlineData(5001, 6000, TopKStatus.Ties)]
    [InlineData(5000, 6000, TopKStatus.Ok)]
    [InlineData(5999, 6000, TopKStatus.Ties)]
    [InlineData(6000, 6000, TopKStatus.Ok)]
    public void Equal_scores_with_equal_keys_at_the_end_are_told(int k, int count, TopKStatus expected)
    {
        using var op = new TopKCuda(Context);
        using var c = new TopKCase(
            Context, Stream, ScoreKind.AllEqual, [(uint)count], count, k, row => row % count / 2, spread: false);
        c.Launch(op, Stream);
        Assert.Equal([expected], c.Check($"pairs, k {k}"));
    }

    [Fact]
    public void Rows_below_the_cut_are_no_hits()
    {
        using var op = new TopKCuda(Context);
        foreach ((int k, int capacity) in ((int, int)[])[(100, 300), (4096, 6000), (5000, 6000)])
        {
            using var c = new TopKCase(
                Context, Stream, ScoreKind.Random, [(uint)capacity], capacity, k, cut: 0.9f);
            c.Launch(op, Stream);
            c.Check($"cut, k {k}");
        }
    }

    [Theory]
    [InlineData(100, 3000)]
    [InlineData(5000, 9000)]
    public void A_captured_finish_reads_new_survivors(int k, int capacity)
    {
        using var op = new TopKCuda(Context);
        using var c = new TopKCase(
            Context, Stream, ScoreKind.FewValues, [(uint)capacity, 5], capacity, k, row => row % 50);
        using CudaGraph graph = Stream.Capture("a finish", s => c.Launch(op, s));
        using CudaGraphExec exec = graph.Instantiate();
        uint[][] counts = [[(uint)capacity, 5], [0, (uint)capacity - 1], [(uint)capacity + 1, (uint)k]];
        for (int time = 0; time < counts.Length; time++)
        {
            c.Renew(counts[time], seed: time + 5);
            exec.Launch(Stream);
            c.Check($"replay {time}");
        }
    }

    [Fact]
    public void Launching_allocates_nothing()
    {
        using var op = new TopKCuda(Context);
        using var small = new TopKCase(Context, Stream, ScoreKind.Random, [50], 50, 10);
        using var large = new TopKCase(Context, Stream, ScoreKind.Random, [50], 50, 5000);
        Assert.Equal(0, AllocatedBytes(() => small.Launch(op, Stream)));
        Assert.Equal(0, AllocatedBytes(() => large.Launch(op, Stream)));
        Stream.Synchronize();
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        using var op = new TopKCuda(Context);
        using var c = new TopKCase(Context, Stream, ScoreKind.Random, [50, 50], 50, 10);
        TopKInput input = c.Input;
        Assert.Throws<ArgumentOutOfRangeException>(() => op.Launch(Stream, input, 0, c.Scratch, c.Output));
        Assert.Throws<ArgumentException>(() => op.Launch(Stream, input, 11, c.Scratch, c.Output));
        Assert.Throws<ArgumentException>(() => op.Launch(Stream, input, 10, c.Scratch.Slice(0, 512), c.Output));
        Assert.Throws<ArgumentException>(() => op.Launch(
            Stream, input with { Cuts = input.Cuts.Slice(0, 1) }, 10, c.Scratch, c.Output));
        Assert.Throws<ArgumentException>(() => op.Launch(
            Stream, input with { Words = input.Words.Slice(0, 99) }, 10, c.Scratch, c.Output));
    }

    /// <summary>Distinct keys of both signs, in another order than the rows.</summary>
    private static long Key(uint row) => (row * 0x1e3779b97f4a7c15L) ^ long.MinValue;

    private TopKStatus[] Run(
        TopKCuda op, ScoreKind kind, uint[] counts, int capacity, int k, Func<uint, long>? keyOf, string what)
    {
        using var c = new TopKCase(Context, Stream, kind, counts, capacity, k, keyOf);
        c.Launch(op, Stream);
        return c.Check(what);
    }
}

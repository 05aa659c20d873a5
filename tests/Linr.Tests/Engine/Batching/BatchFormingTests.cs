using Linr.Engine.Batching;

namespace Linr.Tests.Engine.Batching;

public sealed class BatchFormingTests
{
    private static readonly BatchOptions s_two = new() { ConcurrentBatches = 2, QueriesMax = 8 };
    private readonly ManualTime _time = new();

    [Fact]
    public async Task An_idle_engine_starts_at_once()
    {
        using var engine = new HeldEngine(s_two, _time);
        Task<int> answer = engine.Ask(1);
        Assert.Equal([1], engine.LetNextGo());
        Assert.Equal(1, await answer);
    }

    [Fact]
    public async Task What_comes_during_a_scan_is_the_next_batch()
    {
        using var engine = new HeldEngine(new BatchOptions(), _time);
        Task<int> first = engine.Ask(1);
        HeldEngine.Held running = engine.Next();
        Task<int>[] others = [.. Enumerable.Range(2, 5).Select(number => engine.Ask(number))];
        Assert.Equal(5, engine.Counters.Waiting);
        running.LetGo();
        Assert.Equal([2, 3, 4, 5, 6], engine.LetNextGo());
        Assert.Equal(1, await first);
        await HeldEngine.AssertAnswers([2, 3, 4, 5, 6], Task.WhenAll(others));
        Assert.Equal(new BatchCounters(2, 6, 0, 0, 0, 0), engine.Counters);
    }

    [Fact]
    public async Task A_batch_has_its_largest_size_and_the_rest_waits()
    {
        using var engine = new HeldEngine(new BatchOptions { QueriesMax = 3 }, _time);
        Task<int>[] answers = [engine.Ask(0)];
        HeldEngine.Held running = engine.Next();
        answers = [.. answers, .. Enumerable.Range(1, 7).Select(number => engine.Ask(number))];
        running.LetGo();
        Assert.Equal([1, 2, 3], engine.LetNextGo());
        Assert.Equal([4, 5, 6], engine.LetNextGo());
        Assert.Equal([7], engine.LetNextGo());
        await HeldEngine.AssertAnswers(Enumerable.Range(0, 8), Task.WhenAll(answers));
    }

    [Fact]
    public async Task Only_requests_that_share_a_scan_share_a_batch_and_the_oldest_goes_first()
    {
        using var engine = new HeldEngine(new BatchOptions(), _time);
        Task<int>[] answers = [engine.Ask(1)];
        HeldEngine.Held running = engine.Next();
        answers = [.. answers, engine.Ask(21), engine.Ask(31), engine.Ask(22), engine.Ask(41), engine.Ask(32)];
        running.LetGo();
        Assert.Equal([21, 22], engine.LetNextGo());
        Assert.Equal([31, 32], engine.LetNextGo());
        Assert.Equal([41], engine.LetNextGo());
        await HeldEngine.AssertAnswers([1, 21, 31, 22, 41, 32], Task.WhenAll(answers));
    }

    [Fact]
    public async Task While_another_batch_runs_a_batch_waits_for_its_window()
    {
        using var engine = new HeldEngine(s_two, _time);
        Task<int> first = engine.Ask(1);
        HeldEngine.Held running = engine.Next();
        Task<int> second = engine.Ask(2);
        _time.Pass(microseconds: 299);
        Task<int> third = engine.Ask(3);
        Assert.False(engine.HasStarted);
        _time.Pass(microseconds: 1);
        Assert.Equal([2, 3], engine.LetNextGo());
        await HeldEngine.AssertAnswers([2, 3], Task.WhenAll(second, third));
        Assert.False(first.IsCompleted);
        running.LetGo();
        Assert.Equal(1, await first);
    }

    [Fact]
    public async Task A_full_batch_waits_for_no_window()
    {
        using var engine = new HeldEngine(s_two with { QueriesMax = 2 }, _time);
        Task<int>[] answers = [engine.Ask(1)];
        HeldEngine.Held running = engine.Next();
        answers = [.. answers, engine.Ask(2), engine.Ask(3)];
        Assert.Equal([2, 3], engine.LetNextGo());
        running.LetGo();
        await HeldEngine.AssertAnswers([1, 2, 3], Task.WhenAll(answers));
    }

    [Fact]
    public async Task The_end_of_the_other_batch_ends_the_window()
    {
        using var engine = new HeldEngine(s_two, _time);
        Task<int> first = engine.Ask(1);
        HeldEngine.Held running = engine.Next();
        Task<int> second = engine.Ask(2);
        running.LetGo();
        Assert.Equal([2], engine.LetNextGo());
        await HeldEngine.AssertAnswers([1, 2], Task.WhenAll(first, second));
    }

    [Theory]
    [InlineData(0, 1, 1, 0)]
    [InlineData(1_025, 1, 1, 0)]
    [InlineData(1, 0, 1, 0)]
    [InlineData(1, 1, 0, 0)]
    [InlineData(1, 1, 1, -1)]
    public void Options_out_of_their_range_are_refused(int queries, int depth, int batches, int windowMs)
    {
        var options = new BatchOptions
        {
            QueriesMax = queries,
            QueueDepthMax = depth,
            ConcurrentBatches = batches,
            Window = TimeSpan.FromMilliseconds(windowMs),
        };
        Assert.Throws<ArgumentException>(() => new HeldEngine(options, _time));
    }
}

using System.Collections.Concurrent;
using Linr.Engine.Batching;

namespace Linr.Tests.Engine.Batching;

public sealed class BatchEndTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_full_queue_refuses_at_once()
    {
        using var engine = new HeldEngine(new BatchOptions { QueueDepthMax = 2 }, _time);
        Task<int>[] answers = [engine.Ask(1)];
        HeldEngine.Held running = engine.Next();
        answers = [.. answers, engine.Ask(2), engine.Ask(3)];
        var refusal = Assert.Throws<QueueFullException>(() => { _ = engine.Ask(4); });
        Assert.Equal(
            "The queue is full: 2 requests wait already (QueueDepthMax).", refusal.Message);
        running.LetGo();
        Assert.Equal([2, 3], engine.LetNextGo());
        await HeldEngine.AssertAnswers([1, 2, 3], Task.WhenAll(answers));
        Assert.Equal(new BatchCounters(2, 3, 1, 0, 0, 0), engine.Counters);
    }

    [Fact]
    public async Task An_expired_request_is_never_scanned()
    {
        using var engine = new HeldEngine(
            new BatchOptions { Timeout = TimeSpan.FromMilliseconds(2) }, _time);
        Task<int> first = engine.Ask(1);
        HeldEngine.Held running = engine.Next();
        Task<int> expiring = engine.Ask(2);
        Task<int> patient = engine.Ask(3, timeout: TimeSpan.FromMilliseconds(2.001));
        _time.Pass(microseconds: 2_000);
        running.LetGo();
        Assert.Equal([3], engine.LetNextGo());
        var failure = await Assert.ThrowsAsync<TimeoutException>(() => expiring);
        Assert.Equal("The request expired after 2 ms in the queue; it was not scanned.", failure.Message);
        await HeldEngine.AssertAnswers([1, 3], Task.WhenAll(first, patient));
        Assert.Equal(new BatchCounters(2, 2, 0, 1, 0, 0), engine.Counters);
    }

    [Fact]
    public async Task A_queue_of_expired_requests_starts_no_batch()
    {
        using var engine = new HeldEngine(new BatchOptions(), _time);
        await Assert.ThrowsAsync<TimeoutException>(() => engine.Ask(1, timeout: TimeSpan.Zero));
        Task<int> next = engine.Ask(2);
        Assert.Equal([2], engine.LetNextGo());
        Assert.Equal(2, await next);
        Assert.Equal(new BatchCounters(1, 1, 0, 1, 0, 0), engine.Counters);
    }

    [Fact]
    public async Task A_cancelled_request_leaves_the_queue()
    {
        using var engine = new HeldEngine(new BatchOptions { QueueDepthMax = 3 }, _time);
        using var cancellation = new CancellationTokenSource();
        Task<int> first = engine.Ask(1);
        HeldEngine.Held running = engine.Next();
        Task<int> cancelled = engine.Ask(3, cancellation: cancellation.Token);
        Task<int>[] others = [engine.Ask(2), engine.Ask(4)];
        await cancellation.CancelAsync();
        var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal(cancellation.Token, failure.CancellationToken);
        Task<int> inItsPlace = engine.Ask(5);
        running.LetGo();
        Assert.Equal([2, 4, 5], engine.LetNextGo());
        await HeldEngine.AssertAnswers([1, 2, 4, 5], Task.WhenAll([first, .. others, inItsPlace]));
    }

    [Fact]
    public async Task A_cancelled_request_of_a_running_batch_ends_alone()
    {
        using var engine = new HeldEngine(new BatchOptions(), _time);
        using var cancellation = new CancellationTokenSource();
        Task<int>[] answers = [engine.Ask(1)];
        HeldEngine.Held running = engine.Next();
        Task<int> cancelled = engine.Ask(2, cancellation: cancellation.Token);
        answers = [.. answers, engine.Ask(3)];
        running.LetGo();
        running = engine.Next();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal([2, 3], running.Numbers);
        running.LetGo();
        await HeldEngine.AssertAnswers([1, 3], Task.WhenAll(answers));
    }

    [Fact]
    public async Task A_batch_that_nobody_waits_for_is_cancelled_and_the_next_one_is_not()
    {
        using var engine = new HeldEngine(new BatchOptions(), _time);
        using var cancellation = new CancellationTokenSource();
        Task<int> cancelled = engine.Ask(1, cancellation: cancellation.Token);
        engine.Next();
        Task<int> next = engine.Ask(2);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

        // Nobody lets the first batch go: its own cancellation ends it.
        Assert.Equal([2], engine.LetNextGo());
        Assert.Equal(2, await next);
    }

    [Fact]
    public async Task A_request_that_comes_cancelled_is_not_scanned()
    {
        using var engine = new HeldEngine(new BatchOptions(), _time);
        Task<int> first = engine.Ask(1);
        HeldEngine.Held running = engine.Next();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => engine.Ask(2, cancellation: new CancellationToken(canceled: true)));
        running.LetGo();
        Assert.Equal(1, await first);
        Assert.Equal(new BatchCounters(1, 1, 0, 0, 1, 0), engine.Counters);
    }

    [Fact]
    public async Task A_request_that_fails_its_batch_fails_alone()
    {
        using var engine = new HeldEngine(new BatchOptions(), _time);
        Task<int> first = engine.Ask(HeldEngine.Poison);
        HeldEngine.Held running = engine.Next();
        Task<int>[] sound = [engine.Ask(11), engine.Ask(12)];
        Task<int> poison = engine.Ask(HeldEngine.Poison);
        running.LetGo();
        await Assert.ThrowsAsync<InvalidOperationException>(() => first);
        Assert.Equal([11, 12, HeldEngine.Poison], engine.LetNextGo());
        Assert.Equal([11], engine.LetNextGo());
        Assert.Equal([12], engine.LetNextGo());
        Assert.Equal([HeldEngine.Poison], engine.LetNextGo());
        await HeldEngine.AssertAnswers([11, 12], Task.WhenAll(sound));
        await Assert.ThrowsAsync<InvalidOperationException>(() => poison);
        Task<int> later = engine.Ask(14);
        Assert.Equal([14], engine.LetNextGo());
        Assert.Equal(14, await later);
    }

    [Fact]
    public async Task Disposing_answers_what_runs_and_refuses_what_waits()
    {
        var engine = new HeldEngine(new BatchOptions(), _time);
        Task<int> first = engine.Ask(1);
        HeldEngine.Held running = engine.Next();
        Task<int> waiting = engine.Ask(2);
        Task disposing = Task.Run(engine.Dispose);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        Assert.False(disposing.IsCompleted);
        running.LetGo();
        Assert.Equal(1, await first);
        await disposing;
        Assert.Throws<ObjectDisposedException>(() => { _ = engine.Ask(3); });
    }

    [Fact]
    public async Task An_answer_is_taken_once()
    {
        using var engine = new HeldEngine(new BatchOptions(), _time, holds: false);
        ValueTask<int> answer = engine.AskOnce(1);
        ValueTask<int> again = answer;
        Assert.Equal(1, await answer);
        Assert.Throws<InvalidOperationException>(() => again.GetAwaiter().GetResult());
    }

    [Fact]
    public async Task Many_callers_get_their_own_answers_whoever_cancels()
    {
        using var engine = new HeldEngine(
            new BatchOptions { QueriesMax = 8, QueueDepthMax = 64, ConcurrentBatches = 2 }, TimeProvider.System, false);
        var outcomes = new ConcurrentBag<bool>();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(caller => Task.Run(() => Call(caller))));
        Assert.Equal(16 * 300, outcomes.Count);
        Assert.Contains(true, outcomes);

        async Task Call(int seed)
        {
            Random random = new(seed);
            for (int i = 0; i < 300; i++)
            {
                using var cancellation = new CancellationTokenSource();
                int number = random.Next(20, 100);
                ValueTask<int> answer = engine.AskOnce(number, cancellation: cancellation.Token);
                if (random.Next(4) == 0)
                {
                    await cancellation.CancelAsync();
                }

                try
                {
                    Assert.Equal(number, await answer);
                    outcomes.Add(true);
                }
                catch (OperationCanceledException)
                {
                    outcomes.Add(false);
                }
            }
        }
    }
}

using Linr.Engine.Batching;

namespace Linr.Tests.Engine.Batching;

/// <summary>Requests that the calling thread runs itself.</summary>
public sealed class BatchHereTests
{
    [Fact]
    public async Task Where_nothing_runs_the_caller_does()
    {
        using var engine = new HeldEngine(new BatchOptions());
        var caller = new Caller(engine, 7);
        HeldEngine.Held held = engine.Next();
        Assert.Same(caller.Thread, held.Thread);
        held.LetGo();
        Assert.Equal(7, await caller.Answer);
        Assert.Equal((1, 1), (engine.Counters.Batches, engine.Counters.Scanned));
    }

    [Fact]
    public async Task What_comes_meanwhile_is_the_next_batch_of_a_lane()
    {
        using var engine = new HeldEngine(new BatchOptions());
        var caller = new Caller(engine, 1);
        HeldEngine.Held first = engine.Next();
        Task<int> second = engine.Ask(2);
        ValueTask<int> third = engine.AskHere(3);
        Assert.False(engine.HasStarted);
        first.LetGo();
        HeldEngine.Held next = engine.Next();
        Assert.Equal([2, 3], next.Numbers);
        Assert.NotSame(caller.Thread, next.Thread);
        next.LetGo();
        Assert.Equal(1, await caller.Answer);
        Assert.Equal(2, await second);
        Assert.Equal(3, await third);

        // And then nothing runs again.
        var last = new Caller(engine, 4);
        HeldEngine.Held here = engine.Next();
        Assert.Same(last.Thread, here.Thread);
        here.LetGo();
        Assert.Equal(4, await last.Answer);
    }

    [Fact]
    public async Task While_a_lane_runs_a_caller_waits()
    {
        using var engine = new HeldEngine(new BatchOptions());
        Task<int> first = engine.Ask(1);
        HeldEngine.Held held = engine.Next();
        ValueTask<int> second = engine.AskHere(2);
        Assert.False(second.IsCompleted);
        held.LetGo();
        Assert.Equal([2], engine.LetNextGo());
        Assert.Equal(1, await first);
        Assert.Equal(2, await second);
    }

    [Fact]
    public async Task It_can_be_cancelled_and_fails_alone()
    {
        using var engine = new HeldEngine(new BatchOptions());
        using var cancellation = new CancellationTokenSource();
        var caller = new Caller(engine, 1, cancellation.Token);
        engine.Next();
        await cancellation.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => caller.Answer);

        var wrong = new Caller(engine, HeldEngine.Poison);
        engine.LetNextGo();
        await Assert.ThrowsAsync<InvalidOperationException>(() => wrong.Answer);

        var last = new Caller(engine, 2);
        engine.LetNextGo();
        Assert.Equal(2, await last.Answer);
    }

    [Fact]
    public async Task Who_disposes_waits_for_it()
    {
        using var engine = new HeldEngine(new BatchOptions());
        var caller = new Caller(engine, 1);
        HeldEngine.Held held = engine.Next();
        ValueTask<int> waiting = engine.AskHere(2);
        Task disposed = Task.Run(engine.Close, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await waiting);
        Assert.False(disposed.IsCompleted);
        held.LetGo();
        await disposed;
        Assert.Equal(1, await caller.Answer);
    }

    /// <summary>A thread that asks.</summary>
    private sealed class Caller
    {
        private readonly TaskCompletionSource<int> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Caller(HeldEngine engine, int number, CancellationToken cancellation = default)
        {
            Thread = new Thread(() =>
            {
                ValueTask<int> answer = engine.AskHere(number, cancellation);
                try
                {
                    // It ran here: it has ended.
                    Assert.True(answer.IsCompleted);
                    _answer.SetResult(answer.GetAwaiter().GetResult());
                }
                catch (Exception error)
                {
                    _answer.SetException(error);
                }
            });
            Thread.Start();
        }

        public Thread Thread { get; }

        public Task<int> Answer => _answer.Task;
    }
}

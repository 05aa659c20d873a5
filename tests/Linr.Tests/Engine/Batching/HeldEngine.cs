using System.Collections.Concurrent;
using Linr.Engine.Batching;

namespace Linr.Tests.Engine.Batching;

/// <summary>
/// A scheduler over an engine whose batches wait until the test lets them go, and which answers a number by itself.
/// </summary>
internal sealed class HeldEngine : IDisposable
{
    public const int Poison = 13;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly BlockingCollection<Held> _started = [];
    private readonly ConcurrentBag<Held> _all = [];
    private readonly BatchScheduler _scheduler;
    private readonly bool _holds;
    private bool _isClosed;

    public HeldEngine(BatchOptions options, TimeProvider? time = null, bool holds = true)
    {
        _holds = holds;
        _scheduler = new BatchScheduler(options, time ?? new ManualTime(), () => new Slot(), Work);
    }

    public BatchCounters Counters => _scheduler.Counters;

    /// <summary>Asks for the answer to a number; numbers of the same tens share a scan.</summary>
    public Task<int> Ask(int number, TimeSpan? timeout = null, CancellationToken cancellation = default)
        => AskOnce(number, timeout, cancellation).AsTask();

    public ValueTask<int> AskOnce(int number, TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        var slot = (Slot)_scheduler.Rent();
        slot.Number = number;
        ValueTask<int> answer = slot.Answer;
        _scheduler.Enqueue(slot, timeout, cancellation);
        return answer;
    }

    /// <summary>The same on the calling thread, where nothing waits or runs.</summary>
    public ValueTask<int> AskHere(int number, CancellationToken cancellation = default)
    {
        var slot = (Slot)_scheduler.Rent();
        slot.Number = number;
        ValueTask<int> answer = slot.Answer;
        _scheduler.RunOrEnqueue(slot, timeout: null, cancellation);
        return answer;
    }

    public static async Task AssertAnswers(IEnumerable<int> expected, Task<int[]> answers)
        => Assert.Equal(expected, await answers);

    /// <summary>The next batch that started; it runs until it is let go.</summary>
    public Held Next()
    {
        Assert.True(_started.TryTake(out Held? held, s_patience), "No batch started.");
        return held;
    }

    /// <summary>Lets the next batch go, and gives its numbers.</summary>
    public int[] LetNextGo()
    {
        Held held = Next();
        held.LetGo();
        return held.Numbers;
    }

    /// <summary>Whether a batch has started that nobody has seen yet.</summary>
    public bool HasStarted => _started.Count > 0;

    /// <summary>Takes no more; ends when nothing runs.</summary>
    public void Close()
    {
        _isClosed = true;
        _scheduler.Dispose();
    }

    public void Dispose()
    {
        if (!_isClosed)
        {
            _scheduler.Dispose();
        }

        _started.Dispose();
        foreach (Held held in _all)
        {
            held.Dispose();
        }
    }

    private void Work(ReadOnlySpan<BatchSlot> batch, int lane, CancellationToken cancellation)
    {
        int[] numbers = new int[batch.Length];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = ((Slot)batch[i]).Number;
        }

        if (_holds)
        {
            var held = new Held(numbers, cancellation);
            _all.Add(held);
            _started.Add(held, CancellationToken.None);
            held.Wait();
        }

        if (numbers.Contains(Poison))
        {
            throw new InvalidOperationException($"There is a {Poison}.");
        }

        foreach (BatchSlot slot in batch)
        {
            if (_scheduler.TryDecide(slot))
            {
                ((Slot)slot).SetAnswer(((Slot)slot).Number);
            }
        }
    }

    /// <summary>A batch that has started.</summary>
    internal sealed class Held(int[] numbers, CancellationToken cancellation) : IDisposable
    {
        private readonly SemaphoreSlim _go = new(0);

        public int[] Numbers { get; } = numbers;

        /// <summary>What runs it.</summary>
        public Thread Thread { get; } = Thread.CurrentThread;

        public void LetGo() => _go.Release();

        /// <exception cref="OperationCanceledException">Nobody waits for the batch any more.</exception>
        public void Wait() => Assert.True(_go.Wait(s_patience, cancellation), "Nobody let a batch go.");

        public void Dispose() => _go.Dispose();
    }

    private sealed class Slot : BatchSlot<int>
    {
        public int Number { get; set; }

        public override bool SharesScan(BatchSlot other) => Number / 10 == ((Slot)other).Number / 10;

        public override void Clear() => Number = 0;
    }
}

using Linr.Engine;
using Linr.Engine.Scan;
using Linr.Kernels.Filter;
using Linr.Kernels.Scan;
using Linr.Memory;

namespace Linr.Tests.Engine;

/// <summary>Searches that end in their middle, on the caller's thread and on those that help it.</summary>
[Collection(Alone.Name)]
public sealed class InterruptedSearchTests : IDisposable
{
    private const int Count = 20_000;
    private const int K = 50;
    private const int ThreadCount = 3;

    private static readonly RandomItems s_items = new(Count, seed: 3);
    private static readonly float[] s_query = RandomItems.RandomVector(new Random(1), RandomItems.Dim);

    private readonly Retriever _retriever = s_items.ToRetriever(threads: ThreadCount);

    public void Dispose() => _retriever.Dispose();

    [Fact]
    public void Searches_of_many_callers_that_are_cancelled_leave_nothing_behind()
    {
        ScanHit[] expected = Search(filter: null, CancellationToken.None);
        long live = NativeBuffer.LiveCount;
        long leaked = NativeBuffer.LeakCount;
        ConcurrentSearchTests.AtOnce(caller =>
        {
            using RowSearcher searcher = _retriever.CreateRowSearcher("main");
            for (int round = 0; round < 10; round++)
            {
                using var source = new CancellationTokenSource();
                int last = 2 + caller + round;

                // Helpers wait for the cancellation: while its thread does not run, they could finish the scan.
                ActingFilter filter = new(call =>
                {
                    if (call == last)
                    {
                        source.Cancel();
                    }
                    else if (call > last)
                    {
                        source.Token.WaitHandle.WaitOne();
                    }
                });
                Assert.Throws<OperationCanceledException>(() => Search(searcher, filter, source.Token));
                Assert.InRange(filter.Calls, last, last + ThreadCount - 1);
                Assert.Equal(expected, Search(searcher, filter: null, CancellationToken.None));
            }
        });
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(live, NativeBuffer.LiveCount);
        Assert.Equal(leaked, NativeBuffer.LeakCount);
    }

    [Fact]
    public void What_a_helper_throws_reaches_the_caller_and_the_helpers_go_on_helping()
    {
        Thread caller = Thread.CurrentThread;
        ScanHit[] expected = Search(filter: null, CancellationToken.None);
        long live = NativeBuffer.LiveCount;
        for (int round = 0; round < 20; round++)
        {
            using RowSearcher searcher = _retriever.CreateRowSearcher("main");

            // The caller waits in its first unit until a helper has had one, so that a helper it is that throws.
            using ManualResetEventSlim helped = new();
            ActingFilter filter = new(_ =>
            {
                if (Thread.CurrentThread == caller)
                {
                    helped.Wait();
                }
                else
                {
                    helped.Set();
                    throw new InvalidDataException("no such row");
                }
            });
            Assert.Throws<InvalidDataException>(() => Search(searcher, filter, CancellationToken.None));
            Assert.Equal(expected, Search(searcher, filter: null, CancellationToken.None));
        }

        Assert.Equal(live, NativeBuffer.LiveCount);
    }

    private static ScanHit[] Search(RowSearcher searcher, RowFilter? filter, CancellationToken cancellation)
    {
        searcher.Begin(1);
        s_query.CopyTo(searcher.Query(0));
        searcher.SetFilter(0, filter);
        searcher.Search(K, cancellation);
        return searcher.Hits(0).ToArray();
    }

    private ScanHit[] Search(RowFilter? filter, CancellationToken cancellation)
    {
        using RowSearcher searcher = _retriever.CreateRowSearcher("main");
        return Search(searcher, filter, cancellation);
    }

    /// <summary>Passes every row, and does something each time that it is asked.</summary>
    private sealed class ActingFilter(Action<int> act) : RowFilter
    {
        private int _calls;

        public int Calls => _calls;

        public override void Evaluate(int block, int firstRow, int rowCount, Span<ulong> mask)
        {
            act(Interlocked.Increment(ref _calls));
            mask.Fill(ulong.MaxValue);
            if (rowCount % 64 != 0)
            {
                mask[rowCount / 64] = (1UL << (rowCount % 64)) - 1;
            }
        }
    }
}

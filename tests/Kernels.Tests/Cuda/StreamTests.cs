using Linr.Cuda;

namespace Linr.Kernels.Tests.Cuda;

public sealed class StreamTests(CudaMachine machine) : CudaTest(machine)
{
    [Fact]
    public void Events_are_reached_and_timed()
    {
        using var start = new CudaEvent(Context, "start");
        using var end = new CudaEvent(Context, "end", isSleeping: true);
        using var buffer = new DeviceBuffer<byte>(Context, 16 << 20, "filled");
        Assert.True(start.IsReached);
        start.Record(Stream);
        Stream.EnqueueZero(buffer.Slice());
        end.Record(Stream);
        end.Synchronize();
        Assert.True(start.IsReached);
        Assert.True(end.IsReached);
        Assert.InRange(end.MsSince(start), 0, 10_000);
        Assert.Equal(0, AllocatedBytes(() =>
        {
            start.Record(Stream);
            end.Record(Stream);
            Stream.Wait(start);
            Stream.Synchronize();
            _ = end.IsReached && Stream.IsIdle;
            _ = end.MsSince(start);
        }));
    }

    [Fact]
    public void Two_events_without_time_have_none_between_them()
    {
        using var start = new CudaEvent(Context, "start", isTimed: false);
        using var end = new CudaEvent(Context, "end", isTimed: false);
        start.Record(Stream);
        end.Record(Stream);
        end.Synchronize();
        var error = Assert.Throws<CudaException>(() => end.MsSince(start));
        Assert.Contains("from event 'start' to event 'end'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stream_waits_for_another_and_the_host_does_not()
    {
        Machine.RequirePtx();
        using CudaModule module = TestPtx.Load(Context);
        CudaKernel wait = module.GetKernel("wait");
        using var flag = new PinnedBuffer<uint>(Context, 1, "flag", isMapped: true);
        using var seen = new DeviceBuffer<uint>(Context, 1, "seen");
        using var copy = new DeviceBuffer<uint>(Context, 1, "copy");
        using var other = new CudaStream(Context, "other");
        using var free = new CudaStream(Context, "free");
        using var done = new CudaEvent(Context, "done", isTimed: false);
        flag.Span[0] = 0;
        wait.Launch(new LaunchShape(1, 1), Stream, flag.OnDevice, seen.Slice());
        done.Record(Stream);
        other.Wait(done);
        other.EnqueueCopy(seen.Slice(), copy.Slice());
        Assert.False(Stream.IsIdle);
        Assert.False(other.IsIdle);
        Assert.False(done.IsReached);

        // A third stream is held up by neither.
        using var unrelated = new DeviceBuffer<int>(Context, 100, "unrelated");
        free.EnqueueFill(unrelated.Slice(), 1);
        free.Synchronize();
        Assert.False(other.IsIdle);

        Volatile.Write(ref flag.Span[0], 42);
        other.Synchronize();
        Assert.True(Stream.IsIdle);
        Assert.Equal([42u], ToHost(copy.Slice()));
    }
}

using System.Runtime.CompilerServices;
using Linr.Cuda;

namespace Linr.Kernels.Tests.Cuda;

public sealed class OwnerTests(CudaMachine machine) : CudaTest(machine)
{
    [Fact]
    public void Owners_are_counted_by_kind_and_bytes()
    {
        long buffers = CudaOwners.LiveCount(CudaOwnerKind.DeviceBuffer);
        long bytes = CudaOwners.LiveBytes(CudaOwnerKind.DeviceBuffer);
        using (var buffer = new DeviceBuffer<long>(Context, 1000, "a buffer"))
        {
            Assert.Equal(buffers + 1, CudaOwners.LiveCount(CudaOwnerKind.DeviceBuffer));
            Assert.Equal(bytes + 8000, CudaOwners.LiveBytes(CudaOwnerKind.DeviceBuffer));
            Assert.Contains("DeviceBuffer (8,000 bytes)", CudaOwners.Describe(), StringComparison.Ordinal);
            buffer.Dispose();
            Assert.Equal(buffers, CudaOwners.LiveCount(CudaOwnerKind.DeviceBuffer));
        }

        Assert.Equal(buffers, CudaOwners.LiveCount(CudaOwnerKind.DeviceBuffer));
        Assert.Equal(bytes, CudaOwners.LiveBytes(CudaOwnerKind.DeviceBuffer));
    }

    [Fact]
    public void What_was_disposed_refuses_to_work()
    {
        var buffer = new DeviceBuffer<int>(Context, 4, "gone");
        var stream = new CudaStream(Context, "gone");
        var @event = new CudaEvent(Context, "gone");
        var pinned = new PinnedBuffer<int>(Context, 4, "gone", isMapped: true);
        buffer.Dispose();
        stream.Dispose();
        @event.Dispose();
        pinned.Dispose();
        Action[] uses =
        [
            () => buffer.Slice(),
            () => stream.Synchronize(),
            () => _ = stream.IsIdle,
            () => @event.Record(Stream),
            () => @event.Synchronize(),
            () => Stream.Wait(@event),
            () => pinned.Slice(),
            () => _ = pinned.OnDevice,
        ];
        Assert.All(uses, use => Assert.Throws<ObjectDisposedException>(use));
    }

    [Fact]
    public void A_finalizer_gives_back_and_sounds_the_alarm()
    {
        long before = CudaOwners.LeakCount;
        long live = CudaOwners.LiveCount(CudaOwnerKind.DeviceBuffer);
        Drop(Context);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(before + 1, CudaOwners.LeakCount);
        Assert.Equal(live, CudaOwners.LiveCount(CudaOwnerKind.DeviceBuffer));
        Machine.ExpectedLeaks++;
    }

    [Fact]
    public void What_was_not_made_is_not_counted()
    {
        string before = CudaOwners.Describe();
        long leaks = CudaOwners.LeakCount;
        Assert.Throws<CudaException>(() => new DeviceBuffer<byte>(Context, 1L << 50, "everything"));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DeviceBuffer<byte>(Context, -1, "nothing"));
        Assert.Throws<OverflowException>(() => new DeviceBuffer<long>(Context, long.MaxValue, "too much"));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(before, CudaOwners.Describe());
        Assert.Equal(leaks, CudaOwners.LeakCount);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Drop(CudaContext context) => _ = new DeviceBuffer<int>(context, 100, "dropped");
}

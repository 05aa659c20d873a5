using Linr.Cuda;

namespace Linr.Kernels.Tests.Cuda;

public sealed class DeviceTests(CudaMachine machine) : CudaTest(machine)
{
    [Fact]
    public void The_devices_say_what_they_are()
    {
        Assert.True(CudaDriver.Version >= new Version(12, 0), $"{CudaDriver.Version}");
        Assert.NotEmpty(CudaDriver.Place);
        IReadOnlyList<CudaDevice> devices = CudaDevice.All;
        Assert.Equal(Enumerable.Range(0, devices.Count), devices.Select(device => device.Ordinal));
        Assert.Equal(devices.Count, devices.Select(device => device.Uuid).Distinct().Count());
        Assert.All(devices, device =>
        {
            Assert.NotEmpty(device.Name);
            Assert.Equal($"device {device.Ordinal} ({device.Name})", device.ToString());
            Assert.Matches("^[0-9a-fA-F]{4,8}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\\.[0-9]$", device.PciBusId);
            Assert.True(device.ComputeCapability >= new Version(8, 0), $"{device.ComputeCapability}");
            Assert.Equal(32, device.WarpSize);
            Assert.InRange(device.Multiprocessors, 1, 1000);
            Assert.InRange(device.ThreadsPerBlockMax, 256, 1024);
            Assert.InRange(device.ThreadsPerMultiprocessor, device.ThreadsPerBlockMax, 4096);
            Assert.InRange(device.SharedBytesPerBlockMax, 48 * 1024, device.SharedBytesPerMultiprocessor);
            Assert.InRange(device.L2Bytes, 1 << 20, 1 << 30);
            Assert.InRange(device.TotalBytes, 1 << 28, long.MaxValue);
        });
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1000)]
    public void A_device_that_is_not_there_is_the_callers_mistake(int ordinal)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => CudaDevice.Get(ordinal));
        Assert.Contains("numbered from 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Free_bytes_shrink_by_what_is_taken()
    {
        const long Bytes = 64 << 20;
        long before = Context.FreeBytes;
        Assert.InRange(before, 1, Context.Device.TotalBytes);
        using var buffer = new DeviceBuffer<byte>(Context, Bytes, "a block");
        Assert.InRange(Context.FreeBytes, 0, before - (Bytes / 2));
    }

    [Fact]
    public void A_device_opened_twice_shares_its_memory()
    {
        using var second = new CudaContext(CudaDevice.Get(Context.Device.Ordinal));
        using var secondStream = new CudaStream(second, "the second shard");
        using DeviceBuffer<int> here = OnDevice(1, 2, 3);
        using var there = new DeviceBuffer<int>(second, 3, "the second shard's values");
        secondStream.EnqueueCopy(here.Slice(), there.Slice());
        var values = new int[3];
        secondStream.Download(there.Slice(), values);
        Assert.Equal([1, 2, 3], values);
    }

    [Fact]
    public void A_context_outlives_its_disposal_while_something_lives_in_it()
    {
        var second = new CudaContext(CudaDevice.Get(Context.Device.Ordinal));
        long contexts = CudaOwners.LiveCount(CudaOwnerKind.Context);
        var buffer = new DeviceBuffer<int>(second, 4, "what outlives");
        second.Dispose();
        second.Dispose();
        Assert.Equal(contexts, CudaOwners.LiveCount(CudaOwnerKind.Context));
        Stream.EnqueueFill(buffer.Slice(), 7);
        Assert.Equal([7, 7, 7, 7], ToHost(buffer.Slice()));
        buffer.Dispose();
        Assert.Equal(contexts - 1, CudaOwners.LiveCount(CudaOwnerKind.Context));
        Assert.Throws<ObjectDisposedException>(() => new CudaStream(second, "too late"));
        Assert.Throws<ObjectDisposedException>(() => second.FreeBytes);
    }

    [Fact]
    public async Task Any_thread_may_call()
    {
        using DeviceBuffer<int> buffer = OnDevice(4, 5, 6);
        int[] values = await Task.Factory.StartNew(
            () => ToHost(buffer.Slice()), default, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Assert.Equal([4, 5, 6], values);
        await Task.Factory.StartNew(
            buffer.Dispose, default, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Assert.True(buffer.IsDisposed);
    }
}

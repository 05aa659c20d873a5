using Linr.Cuda;

namespace Linr.Kernels.Tests.Cuda;

public sealed class PoolTests(CudaMachine machine) : CudaTest(machine)
{
    [Fact]
    public void What_was_returned_is_rented_again()
    {
        using var pool = new DevicePool(Stream);
        ulong address;
        using (DeviceScratch<int> scratch = pool.Rent<int>(1000, "candidates"))
        {
            address = scratch.Slice().Address;
            Assert.Equal((1000, 4096), (scratch.Slice().Length, pool.UsedBytes));
        }

        using DeviceScratch<byte> again = pool.Rent<byte>(4001, "codes");
        Assert.Equal(address, again.Slice().Address);
        Assert.Equal((4096, 4096, 4096, 1), (pool.HeldBytes, pool.UsedBytes, pool.UsedBytesMax, pool.AllocationCount));
        using DeviceScratch<byte> other = pool.Rent<byte>(4001, "codes");
        Assert.NotEqual(address, other.Slice().Address);
        Assert.Equal((8192, 2), (pool.HeldBytes, pool.AllocationCount));
    }

    [Fact]
    public void Once_warm_it_allocates_nothing_anywhere()
    {
        using var pool = new DevicePool(Stream);
        Assert.Equal(0, AllocatedBytes(() =>
        {
            using DeviceScratch<float> scores = pool.Rent<float>(100_000, "scores");
            using DeviceScratch<uint> rows = pool.Rent<uint>(100_000, "rows");
            using DeviceScratch<byte> none = pool.Rent<byte>(0, "nothing");
            Stream.EnqueueFill(scores.Slice(), 1f);
            Stream.EnqueueFill(rows.Slice(), 1u);
        }));
        Assert.Equal((3, 0), (pool.AllocationCount, pool.UsedBytes));
    }

    [Fact]
    public void Scratch_that_was_returned_refuses_to_work()
    {
        using var pool = new DevicePool(Stream);
        DeviceScratch<int> scratch = pool.Rent<int>(10, "first");
        scratch.Dispose();
        scratch.Dispose();
        using DeviceScratch<int> next = pool.Rent<int>(10, "second");
        scratch.Dispose();
        Assert.Throws<ObjectDisposedException>(() => scratch.Slice());
        Assert.Equal(10, next.Slice().Length);
        Assert.Equal(512, pool.UsedBytes);
        default(DeviceScratch<int>).Dispose();
    }

    [Fact]
    public void A_trim_gives_back_what_is_not_rented()
    {
        using var pool = new DevicePool(Stream);
        using DeviceScratch<int> kept = pool.Rent<int>(1000, "kept");
        pool.Rent<int>(5000, "returned").Dispose();
        long live = CudaOwners.LiveCount(CudaOwnerKind.DeviceBuffer);
        pool.Trim();
        Assert.Equal((4096, 4096), (pool.HeldBytes, pool.UsedBytes));
        Assert.Equal(live - 1, CudaOwners.LiveCount(CudaOwnerKind.DeviceBuffer));
        Assert.Equal(1000, kept.Slice().Length);
    }

    [Fact]
    public void A_disposed_pool_gives_back_everything()
    {
        long live = CudaOwners.LiveCount(CudaOwnerKind.DeviceBuffer);
        var pool = new DevicePool(Stream);
        DeviceScratch<int> scratch = pool.Rent<int>(1000, "still rented");
        pool.Dispose();
        pool.Dispose();
        Assert.Equal(live, CudaOwners.LiveCount(CudaOwnerKind.DeviceBuffer));
        Assert.Throws<ObjectDisposedException>(() => scratch.Slice());
        Assert.Throws<ObjectDisposedException>(() => pool.Rent<int>(1, "late"));
        scratch.Dispose();
        Assert.Equal(0, pool.UsedBytes);
    }

    [Fact]
    public void A_rent_that_does_not_fit_leaves_the_pool_as_it_was()
    {
        using var pool = new DevicePool(Stream);
        var error = Assert.Throws<CudaException>(() => pool.Rent<byte>(1L << 50, "survivors"));
        Assert.Contains("'survivors'", error.Message, StringComparison.Ordinal);
        Assert.Equal((0, 0, 0), (pool.HeldBytes, pool.UsedBytes, pool.AllocationCount));
    }
}

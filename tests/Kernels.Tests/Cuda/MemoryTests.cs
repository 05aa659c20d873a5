using Linr.Cuda;
using Linr.Memory;

namespace Linr.Kernels.Tests.Cuda;

public sealed class MemoryTests(CudaMachine machine) : CudaTest(machine)
{
    [Fact]
    public void Values_come_back_from_the_device()
    {
        float[] values = [.. Enumerable.Range(0, 1000).Select(number => number * 0.5f)];
        using DeviceBuffer<float> buffer = OnDevice<float>(values);
        Assert.Equal(values, ToHost(buffer.Slice()));
        Assert.Equal(values[300..310], ToHost(buffer.Slice(300, 10)));
    }

    [Fact]
    public void A_buffer_may_be_empty()
    {
        using var buffer = new DeviceBuffer<long>(Context, 0, "no row");
        using var pinned = new PinnedBuffer<long>(Context, 0, "no row");
        Stream.Upload(ReadOnlySpan<long>.Empty, buffer.Slice());
        Stream.EnqueueFill(buffer.Slice(), 3L);
        Stream.EnqueueCopy(buffer.Slice(), buffer.Slice());
        Stream.EnqueueDownload(buffer.Slice(), pinned.Slice());
        Assert.Empty(ToHost(buffer.Slice()));
        Assert.Equal(0, buffer.Bytes);
    }

    [Fact]
    public void A_copy_of_unequal_lengths_is_refused()
    {
        using var buffer = new DeviceBuffer<int>(Context, 4, "four");
        using var other = new DeviceBuffer<int>(Context, 5, "five");
        using var native = new NativeBuffer(15);
        var error = Assert.Throws<ArgumentException>(() => Stream.Upload<int>([1, 2, 3], buffer.Slice()));
        Assert.Contains("3 elements of 'the host', 4 of 'four'", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Stream.Download(buffer.Slice(), new int[5]));
        Assert.Throws<ArgumentException>(() => Stream.EnqueueCopy(buffer.Slice(), other.Slice()));
        Assert.Throws<ArgumentException>(() => Stream.Download(buffer.Slice(), native));
    }

    [Fact]
    public void A_fill_sets_every_element()
    {
        AssertFilled((byte)0xab);
        AssertFilled((ushort)0xabcd);
        AssertFilled(-1.5f);
        AssertFilled(uint.MaxValue);
        AssertFilled(-1L);
        AssertFilled(0.0);
        using var buffer = new DeviceBuffer<long>(Context, 2, "filled");
        Assert.Throws<ArgumentException>(() => Stream.EnqueueFill(buffer.Slice(), 1L));
        using var wide = new DeviceBuffer<Guid>(Context, 2, "filled");
        Assert.Throws<ArgumentException>(() => Stream.EnqueueFill(wide.Slice(), Guid.Empty));
        Stream.EnqueueZero(wide.Slice());
        Assert.Equal([Guid.Empty, Guid.Empty], ToHost(wide.Slice()));
    }

    [Fact]
    public void Pinned_copies_come_in_the_order_of_the_stream()
    {
        const int Length = 1 << 20;
        using var from = new PinnedBuffer<int>(Context, Length, "from");
        using var to = new PinnedBuffer<int>(Context, Length, "to");
        using var first = new DeviceBuffer<int>(Context, Length, "first");
        using var second = new DeviceBuffer<int>(Context, Length, "second");
        for (int position = 0; position < Length; position++)
        {
            from.Span[position] = position;
        }

        Stream.EnqueueUpload(from.Slice(), first.Slice());
        Stream.EnqueueCopy(first.Slice(), second.Slice());
        Stream.EnqueueFill(second.Slice(0, 10), -1);
        Stream.EnqueueDownload(second.Slice(), to.Slice());
        Stream.Synchronize();
        Assert.True(Stream.IsIdle);
        Assert.Equal(Enumerable.Repeat(-1, 10), to.Span[..10].ToArray());
        Assert.True(to.Span[10..].SequenceEqual(from.Span[10..]));
        Assert.Equal(11, to.Slice(11, 1).Span[0]);
    }

    [Fact]
    public void Registered_memory_is_copied_as_pinned()
    {
        const int Length = 1 << 18;
        using var native = new NativeBuffer(Length * sizeof(int));
        native.Span<int>(0, Length).Fill(9);
        using var buffer = new DeviceBuffer<int>(Context, Length, "values");
        using (var registered = new RegisteredMemory<int>(Context, native.Slice<int>(), "rows of the host"))
        {
            Assert.Equal(native.Bytes, CudaOwners.LiveBytes(CudaOwnerKind.RegisteredMemory));
            Stream.EnqueueUpload(registered.Slice(), buffer.Slice());
            Stream.Synchronize();
        }

        Assert.All(ToHost(buffer.Slice()), value => Assert.Equal(9, value));
        Assert.Throws<ArgumentException>(
            () => new RegisteredMemory<int>(Context, new NativeSlice<int>(0, 0), "nothing"));
    }

    [Fact]
    public void Only_mapped_memory_has_a_device_address()
    {
        using var mapped = new PinnedBuffer<int>(Context, 4, "mapped", isMapped: true);
        using var plain = new PinnedBuffer<int>(Context, 4, "plain");
        Assert.Equal(4, mapped.OnDevice.Length);
        Assert.Throws<InvalidOperationException>(() => _ = plain.OnDevice);
        using DeviceBuffer<int> values = OnDevice(5, 6, 7, 8);
        Stream.EnqueueCopy(values.Slice(), mapped.OnDevice);
        Stream.Synchronize();
        Assert.Equal([5, 6, 7, 8], mapped.Span.ToArray());
    }

    [Fact]
    public void More_than_two_gibibytes_are_one_buffer()
    {
        const long Length = (3L << 28) + 5;
        const long Bytes = Length * sizeof(int);
        Assert.SkipWhen(Context.FreeBytes < 2 * Bytes, $"{Context.Device} has less than {2 * Bytes:N0} bytes free.");
        using var buffer = new DeviceBuffer<int>(Context, Length, "a large block");
        using var host = new NativeBuffer(Bytes);
        Stream.EnqueueFill(buffer.Slice(), 17);
        Stream.Upload<int>([1, 2, 3], buffer.Slice(Length - 3, 3));
        Stream.Download(buffer.Slice(), host);
        NativeSlice<int> values = host.Slice<int>();
        Assert.Equal((17, 17), (values[0], values[Length - 4]));
        Assert.Equal((1, 2, 3), (values[Length - 3], values[Length - 2], values[Length - 1]));

        host.Span<int>(Length - 1, 1)[0] = 99;
        Stream.Upload(values, buffer.Slice());
        Assert.Equal([2, 99], ToHost(buffer.Slice(Length - 2, 2)));
    }

    [Fact]
    public void Memory_that_is_not_there_is_named_with_its_bytes()
    {
        long length = Context.Device.TotalBytes / 4;
        var error = Assert.Throws<CudaException>(
            () => new DeviceBuffer<double>(Context, length, "embeddings"));
        Assert.True(error.IsOutOfMemory);
        Assert.Equal(("cuMemAlloc", 2, "CUDA_ERROR_OUT_OF_MEMORY"), (error.Call, error.Error, error.ErrorName));
        Assert.StartsWith(
            FormattableString.Invariant(
                $"cuMemAlloc of {length * 8:N0} bytes for 'embeddings' on {Context.Device}: ")
            + "CUDA_ERROR_OUT_OF_MEMORY (2): ",
            error.Message,
            StringComparison.Ordinal);
        Assert.StartsWith(error.About, error.Message["cuMemAlloc ".Length..], StringComparison.Ordinal);
        using var small = new DeviceBuffer<double>(Context, 10, "what fits");
        Assert.Equal(10, small.Length);
    }

    [Fact]
    public void Copies_and_fills_allocate_nothing()
    {
        using var host = new PinnedBuffer<int>(Context, 1000, "host");
        using var first = new DeviceBuffer<int>(Context, 1000, "first");
        using var second = new DeviceBuffer<int>(Context, 1000, "second");
        var array = new int[1000];
        Assert.Equal(0, AllocatedBytes(() =>
        {
            Stream.EnqueueUpload(host.Slice(), first.Slice());
            Stream.EnqueueFill(first.Slice(0, 10), 3);
            Stream.EnqueueZero(first.Slice(20, 10));
            Stream.EnqueueCopy(first.Slice(), second.Slice());
            Stream.EnqueueDownload(second.Slice(), host.Slice());
            Stream.Upload(array, first.Slice());
            Stream.Download(first.Slice(), array);
        }));
    }

    private void AssertFilled<T>(T value)
        where T : unmanaged
    {
        using var buffer = new DeviceBuffer<T>(Context, 33, "filled");
        Stream.EnqueueFill(buffer.Slice(), value);
        Assert.Equal(Enumerable.Repeat(value, 33), ToHost(buffer.Slice()));
    }
}

using Linr.Memory;

namespace Linr.Tests.Memory;

[Collection(Alone.Name)]
public class NativeMemoryTests
{
    [Fact]
    public void A_list_keeps_its_elements_as_it_grows_and_counts_its_memory()
    {
        long live = NativeBuffer.LiveCount;
        long bytes = NativeBuffer.LiveBytes;
        var list = new NativeList<long>();
        for (int i = 0; i < 10_000; i++)
        {
            list.Add(i);
        }

        list.AddRange([-1, -2]);
        Assert.Equal(10_002, list.Count);
        Assert.Equal(9_999, list[9_999]);
        Assert.Equal(-2, list.Slice()[10_001]);
        Assert.Throws<ArgumentOutOfRangeException>(() => list[10_002]);
        list.Trim();
        Assert.Equal(bytes + (10_002 * sizeof(long)), NativeBuffer.LiveBytes);
        using (NativeBuffer detached = list.Detach())
        {
            Assert.Equal(9_999, detached.Slice<long>()[9_999]);
            Assert.Equal(0, list.Count);
        }

        list.Dispose();
        Assert.Equal(live, NativeBuffer.LiveCount);
        Assert.Equal(bytes, NativeBuffer.LiveBytes);
    }

    [Theory]
    [InlineData(100, 5_000_000)]
    [InlineData(5_000_000, 100)]
    [InlineData(0, 64)]
    [InlineData(64, 0)]
    public void A_buffer_keeps_its_start_and_is_zero_beyond_when_it_is_resized(long from, long to)
    {
        using var buffer = new NativeBuffer(from);
        buffer.Span<byte>(0, (int)from).Fill(7);
        buffer.Resize(to);
        Assert.Equal(to, buffer.Bytes);
        ReadOnlySpan<byte> all = buffer.Slice<byte>().Span;
        int kept = (int)Math.Min(from, to);
        Assert.Equal(-1, all[..kept].IndexOfAnyExcept((byte)7));
        Assert.Equal(-1, all[kept..].IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void A_disposed_buffer_and_a_range_outside_are_refused()
    {
        var buffer = new NativeBuffer(16);
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Span<long>(1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Slice<long>().Slice(1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = buffer.Slice<long>()[2]);
        Assert.Throws<InvalidOperationException>(() => buffer.Slice<byte>().Slice(0, 7).Cast<int>());
        buffer.Dispose();
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => buffer.Address);
        Assert.Throws<ObjectDisposedException>(() => buffer.Resize(8));
    }

    [Fact]
    public void A_folder_that_is_not_there_cannot_be_forced_to_disk()
        => Assert.Throws<IOException>(() => FolderSync.Flush("/no/such/folder"));
}

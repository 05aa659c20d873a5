using System.Runtime.InteropServices;
using Linr.Cuda;
using Linr.Kernels.Tests.Cuda;

namespace Linr.Kernels.Tests;

public sealed class PatchesCudaTests(CudaMachine machine) : CudaTest(machine)
{
    [Fact]
    public void Pieces_of_any_length_and_alignment_are_copied_and_nothing_else()
    {
        var random = new Random(1);
        byte[] from = new byte[100_000];
        random.NextBytes(from);
        byte[] expected = new byte[100_000];
        random.NextBytes(expected);
        using var op = new PatchesCuda(Context);
        using var source = new PinnedBuffer<byte>(Context, from.Length, "pieces", isMapped: true);
        using var patches = new PinnedBuffer<CudaPatch>(Context, 2_000, "patches", isMapped: true);
        using var to = new DeviceBuffer<byte>(Context, expected.Length, "pieces");
        from.CopyTo(source.Span);
        Stream.Upload<byte>(expected, to.Slice());
        int count = 0;
        for (int place = 0; count < patches.Length && place < expected.Length - 600;)
        {
            int alignment = 1 << random.Next(6);
            int length = random.Next(4) == 0 ? random.Next(600) : random.Next(1, 40) * alignment % 600;
            place = (place + alignment - 1) / alignment * alignment;
            int start = random.Next((from.Length - length) / alignment) * alignment;
            patches.Span[count++] = new CudaPatch(
                source.OnDevice.Slice(start, length), to.Slice(place, length));
            from.AsSpan(start, length).CopyTo(expected.AsSpan(place));
            place += length + random.Next(3);
        }

        Assert.True(count > 200);
        op.Launch(Stream, patches.OnDevice.Slice(0, count));
        op.Launch(Stream, patches.OnDevice.Slice(0, 0));
        Assert.Equal(expected, ToHost(to.Slice()));
    }

    [Fact]
    public void Pieces_of_two_lengths_are_refused()
    {
        using var to = new DeviceBuffer<byte>(Context, 10, "pieces");
        Assert.Throws<ArgumentException>(() => new CudaPatch(to.Slice(0, 3), to.Slice(4, 4)));
        Assert.Equal(24, Marshal.SizeOf<CudaPatch>());
    }
}

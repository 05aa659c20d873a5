using System.Runtime.InteropServices;
using Linr.Cuda;
using Linr.Kernels.Tests.Cuda;

namespace Linr.Kernels.Tests;

public sealed class MemoryReadCudaTests(CudaMachine machine) : CudaTest(machine)
{
    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    [InlineData(4_096)]
    [InlineData((1 << 20) - 16)]
    public void All_of_the_memory_is_read_once(int bytes)
    {
        byte[] memory = new byte[bytes];
        new Random(bytes).NextBytes(memory);
        uint expected = 0;
        foreach (uint word in MemoryMarshal.Cast<byte, uint>(memory))
        {
            expected += word;
        }

        using var op = new MemoryReadCuda(Context);
        using DeviceBuffer<byte> onDevice = OnDevice<byte>(memory);
        using DeviceBuffer<uint> sum = OnDevice(3u);
        op.Launch(Stream, onDevice.Slice(), sum.Slice());
        Assert.Equal(expected + 3, ToHost(sum.Slice())[0]);
    }

    [Fact]
    public void Memory_that_is_not_whole_pieces_is_refused()
    {
        using var op = new MemoryReadCuda(Context);
        using DeviceBuffer<byte> memory = OnDevice<byte>(new byte[48]);
        using DeviceBuffer<uint> sums = OnDevice(0u, 0u);
        DeviceSlice<uint> sum = sums.Slice(0, 1);
        Assert.Throws<ArgumentException>(() => op.Launch(Stream, memory.Slice(0, 17), sum));
        Assert.Throws<ArgumentException>(() => op.Launch(Stream, memory.Slice(1, 16), sum));
        Assert.Throws<ArgumentException>(() => op.Launch(Stream, memory.Slice(), sums.Slice()));
    }
}

using System.Runtime.InteropServices;
using Linr.Cuda;
using Linr.Kernels.Tests.Cuda;

namespace Linr.Kernels.Tests;

public sealed class RandomTableCudaTests(CudaMachine machine) : CudaTest(machine)
{
    [Theory]
    [InlineData(1, 2, 5, 0)]
    [InlineData(7, 16, 301, 0)]
    [InlineData(32, 64, 64, 0)]
    [InlineData(100, 208, 33, 7)]
    [InlineData(128, 256, 1_000, 0)]
    [InlineData(128, 256, 1_000, 4_096)]
    [InlineData(257, 528, 3, 1)]
    public void Rows_have_the_bits_of_the_reference(int dim, int rowBytes, int rowCount, uint clusters)
    {
        using var op = new RandomTableCuda(Context);
        using var rows = new DeviceBuffer<byte>(Context, rowCount * rowBytes, "random rows");
        Stream.EnqueueFill(rows.Slice(), (byte)0xAB);
        op.LaunchRows(Stream, rows.Slice(), dim, rowBytes, seed: 5, clusters);
        byte[] found = ToHost(rows.Slice());
        var expected = new Half[dim];
        for (int row = 0; row < rowCount; row++)
        {
            RandomTable.Row(5, row, expected, clusters);
            ReadOnlySpan<byte> bytes = found.AsSpan(row * rowBytes, rowBytes);
            Assert.Equal(MemoryMarshal.AsBytes<Half>(expected), bytes[..(2 * dim)]);
            Assert.False(bytes[(2 * dim)..].ContainsAnyExcept((byte)0xAB));
        }
    }

    [Theory]
    [InlineData(1, 16, 5)]
    [InlineData(64, 64, 301)]
    [InlineData(100, 112, 33)]
    public void Rows_of_whole_numbers_have_those_of_the_reference(int dim, int rowBytes, int rowCount)
    {
        using var op = new RandomTableCuda(Context);
        using var rows = new DeviceBuffer<byte>(Context, rowCount * rowBytes, "random rows");
        using var scales = new DeviceBuffer<Half>(Context, rowCount, "scales");
        op.LaunchInt8Rows(Stream, rows.Slice(), scales.Slice(), dim, rowBytes, seed: 5);
        byte[] found = ToHost(rows.Slice());
        Half[] foundScales = ToHost(scales.Slice());
        var expected = new sbyte[dim];
        for (int row = 0; row < rowCount; row++)
        {
            Assert.Equal(RandomTable.Int8Row(5, row, expected), foundScales[row]);
            Assert.Equal(MemoryMarshal.AsBytes<sbyte>(expected), found.AsSpan(row * rowBytes, dim));
        }

        Assert.Throws<ArgumentException>(
            () => op.LaunchInt8Rows(Stream, rows.Slice(), scales.Slice(), rowBytes + 1, rowBytes, 1));
    }

    [Fact]
    public void Codes_of_every_width_have_the_bits_of_the_reference()
    {
        CheckCodes<byte>(255, code => code);
        CheckCodes<ushort>(366, code => code);
        CheckCodes<uint>(100_000, code => code);
    }

    [Fact]
    public void A_warm_launch_allocates_nothing()
    {
        using var op = new RandomTableCuda(Context);
        using var rows = new DeviceBuffer<byte>(Context, 160, "random rows");
        Assert.Equal(0, AllocatedBytes(() => op.LaunchRows(Stream, rows.Slice(), 8, 16, 1)));
        Assert.Equal(0, AllocatedBytes(() => op.LaunchCodes(Stream, rows.Slice(), 9, 1)));
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        using var op = new RandomTableCuda(Context);
        using var rows = new DeviceBuffer<byte>(Context, 160, "random rows");
        Assert.Throws<ArgumentException>(() => op.LaunchRows(Stream, rows.Slice(), 9, 16, 1));
        Assert.Throws<ArgumentException>(() => op.LaunchRows(Stream, rows.Slice(), 0, 16, 1));
        Assert.Throws<ArgumentException>(() => op.LaunchRows(Stream, rows.Slice(), 8, 17, 1));
        Assert.Throws<ArgumentException>(() => op.LaunchCodes(Stream, rows.Slice(), 256, 1));
        Assert.Throws<ArgumentException>(() => op.LaunchCodes(Stream, rows.Slice(), 0, 1));
        Assert.Throws<ArgumentException>(() => op.LaunchCodes(Stream, rows.Slice().Cast<ulong>(), 2, 1));
    }

    private void CheckCodes<T>(uint codeCount, Func<T, uint> toCode)
        where T : unmanaged
    {
        const int RowCount = 3_000;
        using var op = new RandomTableCuda(Context);
        using var codes = new DeviceBuffer<T>(Context, RowCount, "random codes");
        op.LaunchCodes(Stream, codes.Slice(), codeCount, seed: 8);
        Assert.Equal(
            Enumerable.Range(0, RowCount).Select(row => RandomTable.Code(8, row, codeCount)),
            ToHost(codes.Slice()).Select(toCode));
    }
}

using Linr.Cuda;
using Linr.Cuda.Internal;

namespace Linr.Kernels.Tests.Cuda;

/// <summary>What needs no device.</summary>
public sealed class DriverTests
{
    [Fact]
    public void A_driver_that_is_not_there_is_one_sentence()
    {
        Assert.False(
            DriverLibrary.TryFind("/no/such/libcuda.so", out nint library, out string place, out string reason));
        Assert.Equal(0, library);
        Assert.Empty(place);
        Assert.Equal(
            "No CUDA driver: LINR_CUDA_DRIVER names '/no/such/libcuda.so', which cannot be loaded.", reason);
    }

    [Fact]
    public void Asking_twice_gives_the_same_answer()
    {
        bool first = CudaDriver.TryLoad(out string? reason);
        Assert.Equal(first, CudaDriver.TryLoad(out string? again));
        Assert.Same(reason, again);
        Assert.Equal(first, reason is null);
    }

    [Fact]
    public void Without_a_driver_every_door_says_the_sentence()
    {
        Assert.SkipWhen(CudaDriver.TryLoad(out string? reason), "There is a driver; a child process is without.");
        Assert.Matches(@"^No CUDA (driver|device): .*\.$", reason);
        Assert.DoesNotContain('\n', reason);
        Assert.Contains(
            Environment.GetEnvironmentVariable("LINR_EXPECT_REASON") ?? string.Empty, reason, StringComparison.Ordinal);
        Action[] doors =
        [
            () => CudaDevice.Get(0),
            () => _ = CudaDevice.All,
            () => _ = CudaDriver.Version,
            () => _ = CudaDriver.Place,
            CudaDriver.Load,
        ];
        Assert.All(doors, door => Assert.Equal(reason, Assert.Throws<CudaException>(door).Message));
    }

    [Theory]
    [InlineData("/no/such/libcuda.so", "which cannot be loaded")]
    [InlineData("libc.so.6", "'libc.so.6' is a library of another kind")]
    public void A_process_with_no_driver_or_a_wrong_one_gets_the_sentence(string driver, string part)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The wrong library is one of Linux.");
        string output = ChildRun.Of<DriverTests>(
            nameof(Without_a_driver_every_door_says_the_sentence),
            ("LINR_CUDA_DRIVER", driver),
            ("LINR_EXPECT_REASON", part));
        Assert.Contains("succeeded: 1", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_text_of_a_failure_is_not_made_for_a_success()
    {
        CudaResult.Success.OrThrow("cuNothing", null, $"{Never()}");

        static string Never() => throw new InvalidOperationException("The text was made.");
    }

    [Theory]
    [InlineData(0, 512)]
    [InlineData(1, 512)]
    [InlineData(512, 512)]
    [InlineData(513, 576)]
    [InlineData(1024, 1024)]
    [InlineData(1025, 1152)]
    [InlineData(3_000_000_000, 3_221_225_472)]
    public void A_size_class_is_the_next_eighth(long bytes, long expected)
        => Assert.Equal(expected, DevicePool.SizeClass(bytes));

    [Fact]
    public void A_size_class_wastes_an_eighth_at_most_and_is_its_own()
        => CsCheck.Check.Sample(CsCheck.Gen.Long[DevicePool.SizeClass(0), 1L << 50], bytes =>
        {
            long size = DevicePool.SizeClass(bytes);
            Assert.InRange(size, bytes, bytes + (bytes / 8) + 1);
            Assert.Equal(size, DevicePool.SizeClass(size));
        });

    [Fact]
    public void A_slice_counts_in_elements_and_keeps_to_its_memory()
    {
        var slice = new DeviceSlice<float>(0x1000, 3_000_000_000, null);
        Assert.Equal(12_000_000_000, slice.Bytes);
        DeviceSlice<float> end = slice.Slice(2_999_999_999, 1);
        Assert.Equal(0x1000UL + 11_999_999_996UL, end.Address);
        Assert.Equal(4, end.Cast<byte>().Length);
        Assert.True(slice.Slice(3_000_000_000, 0).IsEmpty);
        Assert.Throws<ArgumentOutOfRangeException>(() => slice.Slice(2_999_999_999, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => slice.Slice(-1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => slice.Slice(0, -1));
        Assert.Throws<InvalidOperationException>(() => end.Cast<long>());
        Assert.Throws<InvalidOperationException>(() => slice.Slice(1, 2).Cast<double>());
    }

    [Fact]
    public void A_shape_reads_as_in_the_manual()
        => Assert.Equal(
            "grid 5 x 2 x 1, block 256 x 1 x 1, 65,536 shared bytes",
            new LaunchShape(new Dim3(5, 2), 256, 65_536).ToString());
}

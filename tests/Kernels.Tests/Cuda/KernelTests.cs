using System.Text;
using Linr.Cuda;

namespace Linr.Kernels.Tests.Cuda;

public sealed class KernelTests(CudaMachine machine) : CudaTest(machine)
{
    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(100_003)]
    public void A_launch_computes(int length)
    {
        using CudaModule module = TestPtx.Load(Context);
        CudaKernel line = module.GetKernel("line");
        float[] values = [.. Enumerable.Range(0, length).Select(number => (float)number)];
        using DeviceBuffer<float> x = OnDevice<float>(values);
        using DeviceBuffer<float> y = OnDevice<float>(new float[length + 1]);
        line.Launch(Over(length), Stream, y.Slice(), x.Slice(), 2f, -0.5f, length);
        Assert.Equal([.. values.Select(value => (2 * value) - 0.5f), 0f], ToHost(y.Slice()));
    }

    [Fact]
    public void Arguments_of_every_type_arrive()
    {
        using CudaModule module = TestPtx.Load(Context);
        using DeviceBuffer<byte> to = OnDevice<byte>(new byte[TestPtx.WideArgumentBytes]);
        module.GetKernel("arguments").Launch(
            new LaunchShape(1, 1), Stream, to.Slice(), int.MinValue, uint.MaxValue, long.MinValue + 3, Math.PI);
        byte[] bytes = ToHost(to.Slice());
        Assert.Equal(int.MinValue, BitConverter.ToInt64(bytes, 0) << 32 >> 32);
        Assert.Equal(uint.MaxValue, BitConverter.ToUInt64(bytes, 8));
        Assert.Equal(long.MinValue + 3, BitConverter.ToInt64(bytes, 16));
        Assert.Equal(Math.PI, BitConverter.ToDouble(bytes, 24));
    }

    [Fact]
    public void A_kernel_says_what_it_takes()
    {
        using CudaModule module = TestPtx.Load(Context);
        CudaKernel line = module.GetKernel("line");
        Assert.InRange(line.Registers, 4, 64);
        Assert.Equal((0, 0), (line.LocalBytes, line.StaticSharedBytes));
        Assert.InRange(line.ThreadsPerBlockMax, 256, 1024);
        Assert.InRange(line.BlocksPerMultiprocessor(256), 4, 32);
        Assert.Equal(0, line.BlocksPerMultiprocessor(256, Context.Device.SharedBytesPerBlockMax + 1024));
    }

    [Fact]
    public void Shared_memory_beyond_48_kib_is_asked_for()
    {
        using CudaModule module = TestPtx.Load(Context);
        CudaKernel shared = module.GetKernel("shared");
        using var to = new DeviceBuffer<uint>(Context, 3, "numbers");
        int bytes = Context.Device.SharedBytesPerBlockMax;
        var shape = new LaunchShape(3, 1, (uint)bytes);
        Assert.Throws<CudaException>(() => shared.Launch(shape, Stream, to.Slice(), bytes));
        shared.AllowSharedBytes(bytes);
        shared.Launch(shape, Stream, to.Slice(), bytes);
        Assert.Equal([0u, 1u, 2u], ToHost(to.Slice()));
        Assert.Equal(1, shared.BlocksPerMultiprocessor(1, bytes));
        var error = Assert.Throws<CudaException>(() => shared.AllowSharedBytes(bytes + 1024));
        Assert.Contains("dynamic shared bytes for 'shared'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shape_that_no_device_takes_is_named()
    {
        using CudaModule module = TestPtx.Load(Context);
        CudaKernel line = module.GetKernel("line");
        using DeviceBuffer<float> x = OnDevice(1f);
        foreach (LaunchShape shape in (LaunchShape[])[new(1, 2048), new(0, 32), new(new Dim3(1, 1, 70_000), 32)])
        {
            var error = Assert.Throws<CudaException>(
                () => line.Launch(shape, Stream, x.Slice(), x.Slice(), 1f, 1f, 1));
            Assert.StartsWith(
                $"cuLaunchKernel of 'line', {shape}, in stream 'the test's stream' on {Context.Device}: CUDA_ERROR_",
                error.Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Arguments_that_do_not_fit_the_parameters_are_refused()
    {
        Assert.SkipUnless(CudaDriver.Version >= new Version(12, 4), "The driver does not tell the parameters.");
        using CudaModule module = TestPtx.Load(Context);
        CudaKernel line = module.GetKernel("line");
        var error = Assert.Throws<ArgumentException>(() => line.Launch(new LaunchShape(1, 1), Stream, 1f, 1f));
        Assert.Contains("'line' takes 5 arguments, not 2", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentException>(
            () => line.Launch(new LaunchShape(1, 1), Stream, 0L, 0L, 1f, 1.0, 1));
        Assert.Contains(
            "Parameter 3 of kernel 'line' has 4 bytes, its argument 8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cooperative_and_overlapping_launches_compute_too()
    {
        using CudaModule module = TestPtx.Load(Context);
        CudaKernel line = module.GetKernel("line");
        using DeviceBuffer<float> x = OnDevice(1f, 2f, 3f);
        using DeviceBuffer<float> y = OnDevice(0f, 0f, 0f);
        line.Launch(new LaunchShape(1, 32) { IsCooperative = true }, Stream, y.Slice(), x.Slice(), 2f, 1f, 3);
        Assert.Equal([3f, 5f, 7f], ToHost(y.Slice()));
        Assert.SkipUnless(Context.Device.ComputeCapability.Major >= 9, "Launches overlap from 9.0 on.");
        line.Launch(new LaunchShape(1, 32) { IsOverlapping = true }, Stream, y.Slice(), x.Slice(), 4f, 1f, 3);
        Assert.Equal([5f, 9f, 13f], ToHost(y.Slice()));
    }

    [Fact]
    public void A_launch_allocates_nothing()
    {
        using CudaModule module = TestPtx.Load(Context);
        CudaKernel line = module.GetKernel("line");
        using DeviceBuffer<float> x = OnDevice(1f, 2f, 3f);
        using DeviceBuffer<float> y = OnDevice(0f, 0f, 0f);
        var plain = new LaunchShape(1, 32);
        LaunchShape cooperative = plain with { IsCooperative = true };
        Assert.Equal(0, AllocatedBytes(() =>
        {
            line.Launch(plain, Stream, y.Slice(), x.Slice(), 2f, 1f, 3u);
            line.Launch(cooperative, Stream, y.Slice(), x.Slice(), 2f, 1f, 3u);
        }));
        Stream.Synchronize();
    }

    [Fact]
    public void Ptx_that_does_not_compile_comes_with_the_log()
    {
        Machine.RequirePtx();
        string text = TestPtx.Text.Replace("fma.rn.f32", "fma.rn.nonsense", StringComparison.Ordinal);
        byte[] image = Encoding.ASCII.GetBytes(text);
        var error = Assert.Throws<CudaException>(() => new CudaModule(Context, "broken", image));
        Assert.Equal("cuModuleLoadDataEx", error.Call);
        Assert.Contains("of module 'broken' on device", error.Message, StringComparison.Ordinal);
        Assert.Contains("nonsense", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new CudaModule(Context, "empty", []));
    }

    [Fact]
    public void An_unknown_kernel_is_named()
    {
        using CudaModule module = TestPtx.Load(Context);
        var error = Assert.Throws<CudaException>(() => module.GetKernel("missing"));
        Assert.Equal("CUDA_ERROR_NOT_FOUND", error.ErrorName);
        Assert.Contains(
            "cuModuleGetFunction of 'missing' in module 'kernels of a test'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fewer_registers_may_be_asked_for_and_a_final_zero_given()
    {
        Machine.RequirePtx();
        using var module = new CudaModule(Context, "limited", Encoding.ASCII.GetBytes(TestPtx.Text + '\0'), 16);
        Assert.InRange(module.GetKernel("line").Registers, 4, 16);
        module.Dispose();
        Assert.Throws<ObjectDisposedException>(() => module.GetKernel("line"));
    }

    [Fact]
    public void A_kernel_of_a_disposed_module_refuses_to_launch()
    {
        CudaModule module = TestPtx.Load(Context);
        CudaKernel line = module.GetKernel("line");
        module.Dispose();
        Assert.Throws<ObjectDisposedException>(
            () => line.Launch(new LaunchShape(1, 1), Stream, 0L, 0L, 0f, 0f, 0));
    }

    private static LaunchShape Over(int length) => new((uint)((length + 255) / 256), 256);
}

using Linr.Cli;
using Linr.Cuda;

namespace Linr.Tests.Cli;

/// <summary>`--device` where there is none.</summary>
public sealed class NoDeviceTests
{
    [Fact]
    public async Task Without_a_device_the_processor_serves_unless_one_is_asked_for()
    {
        Assert.SkipWhen(CudaDriver.TryLoad(out string? reason), "There is a device.");
        using var folder = new TemporaryFolder();
        string model = await TinyData.BuildAsync(folder);
        await CliRun.AssertMistake(ExitCode.Failure, reason, "query", model, "--vector", "1,0,0", "--device", "cuda");
        CliRun auto = await CliRun.OfGood("query", model, "--vector", "1,0,0", "--explain");
        Assert.Contains("cpu ", auto.Output, StringComparison.Ordinal);
        Assert.Contains("not on a device: No CUDA", auto.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cpu:0")]
    [InlineData("cuda:")]
    [InlineData("cuda:0,x")]
    [InlineData("cuda:-1")]
    public async Task Other_devices_are_refused(string device)
    {
        using var folder = new TemporaryFolder();
        string model = await TinyData.BuildAsync(folder);
        await CliRun.AssertMistake(
            ExitCode.Usage,
            $"--device: expected cpu, cuda, auto, or devices such as cuda:0,1; found {device}.",
            "query", model, "--vector", "1,0,0", "--device", device);
    }
}

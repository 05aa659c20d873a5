using System.Text.Json;
using Linr.Cli;
using Linr.Cuda;
using Linr.Kernels.Tests.Cuda;

namespace Linr.Tests.Cli.Device;

/// <summary>`--device` where there is a device.</summary>
public sealed class DeviceOptionTests(CudaMachine machine) : CudaTest(machine)
{
    [Fact]
    public async Task A_device_gives_the_hits_of_the_processor_and_says_so()
    {
        using var folder = new TemporaryFolder();
        string model = await TinyData.BuildAsync(folder);
        string[] query = ["query", model, "--vector", "1,0,0", "-f", "colour = 'red'", "--json", "--explain", "--device"];
        JsonElement cpu = (await CliRun.OfGood([.. query, "cpu"])).Json;
        foreach (string device in (string[])["cuda", "cuda:0", "auto"])
        {
            JsonElement cuda = (await CliRun.OfGood([.. query, device])).Json;
            Assert.Equal(cpu.GetProperty("hits").ToString(), cuda.GetProperty("hits").ToString());
            Assert.Equal($"cuda {Context.Device.Name}", EngineOf(cuda));
        }

        Assert.StartsWith("cpu ", EngineOf(cpu), StringComparison.Ordinal);

        static string EngineOf(JsonElement response)
            => response.GetProperty("explanation").GetProperty("engine").GetString()!;
    }

    [Fact]
    public async Task A_device_that_is_not_there_is_named()
    {
        using var folder = new TemporaryFolder();
        string model = await TinyData.BuildAsync(folder);
        await CliRun.AssertMistake(
            ExitCode.Usage,
            $"The machine has {CudaDevice.All.Count} CUDA device(s), numbered from 0.",
            "query", model, "--vector", "1,0,0", "--device", "cuda:99");
    }
}

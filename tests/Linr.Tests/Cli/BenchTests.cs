using System.Text.Json;
using Linr.Cli;

namespace Linr.Tests.Cli;

/// <summary>The benchmark on a tiny shape: what it prints and writes, never how fast it is.</summary>
public sealed class BenchTests : IDisposable
{
    private static readonly string[] s_tiny =
        ["--rows", "9000", "--dim", "64", "--passes", "1", "--quick", "--threads", "1"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_person_sees_limits_and_shares()
    {
        CliRun run = await CliRun.OfGood(["bench", .. s_tiny]);
        Assert.Contains("Limits of this machine, 1 threads", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"memory read \d+\.\d GB/s, multiply-add \d+ GFLOP/s", run.Output);
        Assert.Matches(@"9,000 x 64 fp32 +│ +100 % +│ +1 │ +100 │ +\d+\.\d+ │ +\d+ % │ +\d+ % │", run.Output);
        Assert.Contains("9,000 x 64 fp16", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_reads_figures_and_plots()
    {
        string folder = _folder.File("out");
        CliRun run = await CliRun.OfGood(["bench", .. s_tiny, "--out", folder, "--json"]);
        JsonElement written = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "bench.json"))).RootElement;
        Assert.Equal(run.Json.GetRawText(), written.GetRawText());
        JsonElement scans = run.Json.GetProperty("scans");
        Assert.True(scans.GetProperty("readGigabytesPerSecond").GetDouble() > 0);
        Assert.True(scans.GetProperty("multiplyAddGigaflopsPerSecond").GetDouble() > 0);
        JsonElement[] figures = [.. scans.GetProperty("figures").EnumerateArray()];
        Assert.Equal(12, figures.Length);
        Assert.All(figures, figure =>
        {
            Assert.Equal(9_000, figure.GetProperty("rowCount").GetInt32());
            Assert.True(figure.GetProperty("medianMs").GetDouble() > 0);
            Assert.True(figure.GetProperty("readShare").GetDouble() > 0);
            Assert.True(figure.GetProperty("flopShare").GetDouble() > 0);
        });
        Assert.StartsWith(
            "linr bench --rows 9000", run.Json.GetProperty("command").GetString(), StringComparison.Ordinal);
        Assert.All(
            ["read-share.png", "flop-share.png", "time.png"], name => Png.AssertDrawn(Path.Combine(folder, name)));
    }

    [Theory]
    [InlineData(ExitCode.Usage, "--rows: expected 4097 to 4294967295; found 3000.", "--rows", "3000")]
    [InlineData(ExitCode.Usage, "--dim: expected 1 to 4096; found 5000.", "--dim", "5000")]
    [InlineData(ExitCode.Usage, "--passes: expected 1 to 1000; found 0.", "--passes", "0")]
    [InlineData(ExitCode.Usage, "--threads: expected 0 to 1024; found -1.", "--threads", "-1")]
    [InlineData(ExitCode.Failure, "--peer: expected a file; found none at \"none.py\".", "--peer", "none.py")]
    public Task A_mistake_is_a_sentence(int code, string expected, params string[] args)
        => CliRun.AssertMistake(code, expected, ["bench", .. args]);
}

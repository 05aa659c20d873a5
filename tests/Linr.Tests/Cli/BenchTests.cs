using System.Text.Json;
using Linr.Cli;

namespace Linr.Tests.Cli;

/// <summary>The benchmark on a tiny shape: what it prints and writes, never how fast it is.</summary>
public sealed class BenchTests : IDisposable
{
    private static readonly string[] s_tiny =
        ["--rows", "9000", "--dim", "64", "--filter-rows", "70000", "--passes", "1", "--threads", "1", "--quick"];

    // More than one block of rows, so that the search behind 15.5 M rows' filter has its place too.
    private static readonly string[] s_full =
        ["--rows", "65600", "--dim", "8", "--filter-rows", "150000", "--passes", "1", "--threads", "2"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_person_sees_limits_and_shares()
    {
        CliRun run = await CliRun.OfGood(["bench", .. s_tiny]);
        Assert.Contains("Limits of this machine, 1 threads", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"memory read \d+\.\d GB/s, multiply-add \d+ GFLOP/s", run.Output);
        Assert.Contains("Searches without a filter, 9,000 x 64", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"fp32 +│ +1 │ +100 │ +\d+\.\d+ │ +\d+ % │ +\d+ % │ +│ +│", run.Output);
        Assert.Matches(@"fp32 +│ +16 │ +1000 │ +\d+\.\d+ │ +\d+ % │ +\d+ % │ +\d+\.\d+ │ +│", run.Output);
        Assert.Matches(@"fp16 +│ +256 │ +100 │ +\d+\.\d+ │ +\d+ % │ +\d+ % │ +│ +\d+\.\d+ │", run.Output);
        Assert.Matches(@"int8 +│ +64 │ +100 │ +\d+\.\d+ │ +\d+ % │ +\d+ % │ +│ +\d+\.\d+ │", run.Output);
        Assert.Matches(@"Codes\s+without\s+a\s+filter,\s+90,000\s+of\s+256\s+bits", run.Output);
        Assert.Matches(@"256-bit codes, batch 1, of read bandwidth +│ +least 80 % │ +[\d.]+ % │ +(yes|no) │", run.Output);
        Assert.Matches(@"one clause, 3 values a row +│ +1\.4 │ +\d+\.\d+ │ +\d+\.\d+ │ +\d+ % │", run.Output);
        Assert.Matches(@"fp16 rows, batch 1, as fast as fp32 +│ least 1\.7 x │ +[\d.]+ x │ +(yes|no) │", run.Output);
        Assert.DoesNotContain("with a filter", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_reads_figures_and_plots()
    {
        string folder = _folder.File("out");
        CliRun run = await CliRun.OfGood(["bench", .. s_full, "--out", folder, "--json"]);
        JsonElement written = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "bench.json"))).RootElement;
        Assert.Equal(run.Json.GetRawText(), written.GetRawText());
        Assert.StartsWith(
            "linr bench --rows 65600", run.Json.GetProperty("command").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(run.Json.GetProperty("machine").GetProperty("processor").GetString()!);
        JsonElement scans = run.Json.GetProperty("scans");
        Assert.Equal(2, scans.GetProperty("threadCount").GetInt32());
        Assert.True(scans.GetProperty("readGigabytesPerSecond").GetDouble() > 0);
        Assert.True(scans.GetProperty("multiplyAddGigaflopsPerSecond").GetDouble() > 0);
        JsonElement[] figures = [.. scans.GetProperty("figures").EnumerateArray()];
        Assert.Equal(12 + 4 + 2 + 32 + 4 + 4, figures.Length);
        Assert.All(figures, AssertScan);
        JsonElement[] filters = [.. run.Json.GetProperty("filters").GetProperty("figures").EnumerateArray()];
        Assert.Equal(4, filters.Length);
        Assert.All(filters, figure => Assert.All(
            ["medianMs", "gigabytesPerSecond", "readShare", "goalMs"],
            name => Assert.True(figure.GetProperty(name).GetDouble() > 0)));
        Assert.Equal(14, run.Json.GetProperty("goals").GetArrayLength());
        string page = File.ReadAllText(Path.Combine(folder, "bench.md"));
        Assert.Contains("| two clauses, worst 10 % | 6,560 | 16 | 100 |", page, StringComparison.Ordinal);
        Assert.All(
            ["read-share.png", "flop-share.png", "time.png", "filter-ratio.png"],
            name => Png.AssertDrawn(Path.Combine(folder, name)));
    }

    [Theory]
    [InlineData(ExitCode.Usage, "--rows: expected 4097 to 4294967295; found 3000.", "--rows", "3000")]
    [InlineData(ExitCode.Usage, "--dim: expected 1 to 4096; found 5000.", "--dim", "5000")]
    [InlineData(ExitCode.Usage, "--filter-rows: expected 1 to 4294967295; found 0.", "--filter-rows", "0")]
    [InlineData(ExitCode.Usage, "--passes: expected 1 to 1000; found 0.", "--passes", "0")]
    [InlineData(ExitCode.Usage, "--threads: expected 0 to 1024; found -1.", "--threads", "-1")]
    [InlineData(ExitCode.Failure, "--peer: expected a file; found none at \"none.py\".", "--peer", "none.py")]
    public Task A_mistake_is_a_sentence(int code, string expected, params string[] args)
        => CliRun.AssertMistake(code, expected, ["bench", .. args]);

    private static void AssertScan(JsonElement figure)
    {
        JsonElement scan = figure.GetProperty("case");
        string element = scan.GetProperty("element").GetString()!;
        int rows = element == "signCode" ? 656_000 : 65_600;
        Assert.Equal(rows, figure.GetProperty("rowCount").GetInt32());
        Assert.All(["medianMs", "readShare"], name => Assert.True(figure.GetProperty(name).GetDouble() > 0));
        Assert.Equal(element != "signCode", figure.GetProperty("flopShare").GetDouble() > 0);
        string filter = scan.GetProperty("filter").GetString()!;
        double passRate = filter switch
        {
            "none" => 1,
            "clauses" or "worstRows" => scan.GetProperty("passRate").GetDouble(),
            _ => filter.StartsWith("deny", StringComparison.Ordinal) ? 0.9 : 0.1,
        };
        Assert.InRange(
            figure.GetProperty("rowsPassed").GetInt64() / (double)rows, (passRate * 0.95) - 0.0005, passRate + 0.005);
        Assert.Equal(filter != "none", figure.GetProperty("overUnfiltered").ValueKind == JsonValueKind.Number);
        Assert.Equal(
            scan.GetProperty("k").GetInt32() != 100,
            figure.GetProperty("overTop100").ValueKind == JsonValueKind.Number);
        Assert.Equal(
            element is "float16" or "int8",
            figure.GetProperty("speedOverFloat32").ValueKind == JsonValueKind.Number);
    }
}

using System.Text.Json;
using Linr.Cli;

namespace Linr.Tests.Cli;

/// <summary>`linr eval --quantization` on a few items: what it prints and writes, and its mistakes.</summary>
public sealed class QuantizationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_person_sees_recall_bytes_and_speed()
    {
        string model = await TinyData.BuildAsync(_folder);
        CliRun run = await CliRun.OfGood("eval", model, "--quantization", "--users", "5", "--threads", "1");
        Assert.Contains(
            "40 items, embedding \"v\": Float32 rows of 3, 12 bytes an item, Cosine.", run.Output,
            StringComparison.Ordinal);
        Assert.Contains("5 queries drawn by seed 1", run.Output, StringComparison.Ordinal);
        Assert.Matches("one query at a time, in turns with the exact search: 1 thread, [a-z0-9]+[.]", run.Output);
        Assert.Contains(
            "recall@100 is left out: it takes more than 100 items.", run.Output, StringComparison.Ordinal);
        Assert.Contains(
            "recall@1,000 is left out: it takes more than 1,000 items.", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"top 10 +│ +\d+ │", run.Output);
        Assert.All(
            [
                "By codes alone", "The best 0.1 % of the items rescored", "The best 1 % of the items rescored",
                "The best 5 % of the items rescored",
            ],
            title => Assert.Contains(title, run.Output, StringComparison.Ordinal));
        Assert.Matches(@"Int8 +│ +5 │ +41\.7 % │ +[01]\.\d{3} │ +\d+ │ +\d+\.\d\d │", run.Output);
        const string figures = @"[01]\.\d{3} │ +\d+ │ +\d+\.\d\d │";
        Assert.Matches(@"64 +│ symmetric +│ +8 │ +66\.7 % │ +" + figures, run.Output);
        Assert.Matches(@"1,024 +│ asymmetric +│ +128 │ +1066\.7 % │ +" + figures, run.Output);
    }

    [Fact]
    public async Task A_program_reads_the_figures_and_finds_the_files()
    {
        string model = await TinyData.BuildAsync(_folder);
        string report = _folder.File("report");
        CliRun run = await CliRun.OfGood(
            "eval", model, "--quantization", "--users", "7", "--seed", "3", "--threads", "2", "--embedding", "v",
            "--report", report, "--json");
        Assert.Equal(
            ["quantization-model.json", "quantization-model.md", "quantization-model.png"],
            Directory.GetFiles(report).Select(Path.GetFileName).Order());
        string written = File.ReadAllText(Path.Combine(report, "quantization-model.json"));
        Assert.Equal(run.Json.GetRawText(), JsonDocument.Parse(written).RootElement.GetRawText());
        Png.AssertDrawn(Path.Combine(report, "quantization-model.png"));
        string page = File.ReadAllText(Path.Combine(report, "quantization-model.md"));
        Assert.Contains("# Recall of quantized search, model\n", page, StringComparison.Ordinal);
        Assert.Contains(
            "linr eval model.linr --quantization --users 7 --seed 3 --threads 2 --embedding v --report report --json\n",
            page,
            StringComparison.Ordinal);
        Assert.Contains("(quantization-model.png)", page, StringComparison.Ordinal);
        Assert.Contains("| 64 | symmetric | 8 | 66.7 % |", page, StringComparison.Ordinal);
        Assert.DoesNotContain(_folder.Root, page + written, StringComparison.Ordinal);

        JsonElement result = run.Json.GetProperty("result");
        Assert.Equal(7, result.GetProperty("queryCount").GetInt32());
        Assert.Equal(3, result.GetProperty("seed").GetInt32());
        Assert.Equal(2, result.GetProperty("threadCount").GetInt32());
        Assert.Equal(5 * 2 * 4, result.GetProperty("figures").GetArrayLength());
        Assert.Equal(2, result.GetProperty("rowTypes").GetArrayLength());
        Assert.NotEmpty(run.Json.GetProperty("machine").GetProperty("instructionSet").GetString()!);
    }

    [Theory]
    [InlineData("--data: expected no --quantization with it; found both.", "--quantization", "--data", "ml")]
    [InlineData("--popular: expected no --quantization with it; found both.", "--quantization", "--popular", "9")]
    [InlineData("--cold-share: expected no --quantization with it; found both.", "--quantization", "--cold-share", "0")]
    [InlineData("--skip-bad: expected no --quantization with it; found both.", "--quantization", "--skip-bad")]
    [InlineData("--embedding: expected --quantization with it; found none.", "--data", "ml", "--embedding", "v")]
    [InlineData("--embedding: expected one of v; found \"w\".", "--quantization", "--embedding", "w")]
    [InlineData("--users: expected 1 to 10000 queries with --quantization; found 0.", "--quantization", "--users", "0")]
    [InlineData("--threads: expected 0 to 1024; found -1.", "--quantization", "--threads", "-1")]
    [InlineData("Expected one of --data, --interactions, --packages, --from-apt; found none.")]
    public async Task A_mistake_is_a_sentence(string expected, params string[] arguments)
        => await CliRun.AssertMistake(
            ExitCode.Usage, expected, ["eval", await TinyData.BuildAsync(_folder), .. arguments]);

    [Fact]
    public async Task Too_few_items_are_a_mistake()
    {
        string model = _folder.File("few.linr");
        string items = _folder.Write("few.jsonl", "{\"id\":1,\"v\":[0.5,1]}\n{\"id\":2,\"v\":[1,1]}\n");
        await CliRun.OfGood("build", "--items", items, "--out", model);
        await CliRun.AssertMistake(
            ExitCode.Usage, "Expected more than 10 items, to measure recall@10; found 2.", "eval", model,
            "--quantization");
    }
}

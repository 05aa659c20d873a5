using Linr.Cli;

namespace Linr.Tests.Cli;

/// <summary>Only train and demo load Torch, managed or native: the others work where there is no libtorch.</summary>
public sealed class LoadedAssembliesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--help")]
    [InlineData("train --help")]
    [InlineData("demo --help")]
    [InlineData("import --interactions {clicks} --items {items} --out {folder}/imported")]
    [InlineData("build --items {items} --out {folder}/other.linr")]
    [InlineData("query {model} --item p1 -f \"size<20\" --explain --threads 1")]
    [InlineData("inspect {model}")]
    [InlineData("verify {model}")]
    [InlineData("export {model} --out {folder}/out.jsonl")]
    [InlineData("bench --rows 9000 --dim 64 --passes 1 --quick --threads 1 --out {folder}/bench")]
    public async Task A_command_that_does_not_train_loads_no_Torch(string command)
    {
        string items = TinyData.Items(_folder);
        string model = _folder.File("model.linr");
        await CliRun.OfGood("build", "--items", items, "--out", model);
        string[] args = [.. command.Split(' ').Select(arg => arg.Trim('"')
            .Replace("{items}", items, StringComparison.Ordinal)
            .Replace("{clicks}", TinyData.Interactions(_folder), StringComparison.Ordinal)
            .Replace("{model}", model, StringComparison.Ordinal)
            .Replace("{folder}", _folder.Root, StringComparison.Ordinal))];
        CliProcess run = await CliProcess.Of(args);
        Assert.True(run.Code == ExitCode.Success, run.Output);
        Assert.Contains("linr", run.Loaded);
        Assert.Empty(Torch(run));
    }

    [Fact]
    public async Task Evaluation_loads_no_Torch_either_but_training_does()
    {
        Libtorch.Require();
        string[] data = ["--interactions", TinyData.Interactions(_folder), "--items", TinyData.Items(_folder)];
        string model = _folder.File("trained.linr");
        CliProcess trained = await CliProcess.Of(["train", .. data, "--out", model, .. TinyData.Quick]);
        Assert.True(trained.Code == ExitCode.Success, trained.Output);
        Assert.NotEmpty(Torch(trained));

        CliProcess evaluated = await CliProcess.Of(["eval", model, .. data, "--json"]);
        Assert.True(evaluated.Code == ExitCode.Success, evaluated.Output);
        Assert.Empty(Torch(evaluated));
        Assert.Empty(Torch(await CliProcess.Of("query", model, "--history", "p1,p5")));
    }

    private static IEnumerable<string> Torch(CliProcess run)
        => run.Loaded.Where(name => Path.GetFileName(name).Contains("torch", StringComparison.OrdinalIgnoreCase)
            && !name.Contains("Linr.", StringComparison.Ordinal));
}

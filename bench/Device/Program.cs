using System.CommandLine;
using Linr.Bench.Device;
using Linr.Cuda;

var cases = new Option<string>("--cases")
{
    Description = $"Which, by commas: {string.Join(", ", DeviceCase.All.Select(one => one.Name))}. All but for need.",
    DefaultValueFactory = _ => string.Join(',', DeviceCase.All.Select(one => one.Name)),
};
var rows = new Option<long>("--rows")
{
    Description = "Rows of the table.",
    DefaultValueFactory = _ => BenchOptions.UsualRows,
};
var largeRows = new Option<long>("--large-rows")
{
    Description = "Rows of the large table; 0: as many times as many as usual.",
};
var codeRows = new Option<long>("--code-rows")
{
    Description = "Rows of the table of codes.",
    DefaultValueFactory = _ => BenchOptions.UsualCodeRows,
};
var dim = new Option<int>("--dim")
{
    Description = "Halves of a row.",
    DefaultValueFactory = _ => BenchOptions.UsualDim,
};
var batchMax = new Option<int>("--batch-max") { Description = "No larger batches.", DefaultValueFactory = _ => 256 };
var passes = new Option<int>("--passes") { Description = "Timed searches.", DefaultValueFactory = _ => 25 };
var checks = new Option<int>("--checks")
{
    Description = "Queries of each case and batch whose answers are compared with every row's score.",
    DefaultValueFactory = _ => 2,
};
var engineSeconds = new Option<double>("--engine-seconds")
{
    Description = "How long each closed loop through the engine runs; 0: none.",
    DefaultValueFactory = _ => 2,
};
var peerSeconds = new Option<double>("--peer-seconds")
{
    Description = "PyTorch, where it is there, starts no measurement later than this; 0: it does not run.",
    DefaultValueFactory = _ => 600,
};
var folder = new Option<string>("--out", "-o")
{
    Description = "Folder for gpu.json, gpu.md and gpu.png.",
    DefaultValueFactory = _ => "artifacts/gpu",
};
var hostRows = new Option<bool>("--host-rows")
{
    Description = "Also searches whose rows stay on the host, by way of a copy on the device.",
};
var seed = new Option<ulong>("--seed") { Description = "What the rows are drawn from.", DefaultValueFactory = _ => 1 };
var draw = new Option<string?>("--draw")
{
    Description = "Measures nothing, but draws gpu.png of a run's gpu.json: a machine without fonts draws no text.",
};
var system = new Option<string?>("--system")
{
    Description = "Measures no cases, but a catalogue as a whole: this model file is opened and searched. If it is not there, it is "
        + "made first, of --code-rows items.",
    HelpName = "FILE",
};
var similarity = new Option<string?>("--similarity")
{
    Description = "Measures no cases, but searches by learned similarities, all or those whose names begin so; writes "
        + "gpu-similarities.json and .md.",
    HelpName = "NAME",
    Arity = ArgumentArity.ZeroOrOne,
};
var live = new Option<bool>("--live")
{
    Description = "Measures no cases, but searches of items that change meanwhile; writes gpu-live.json and .md.",
};
var root = new RootCommand("Measures Linr's searches on a CUDA device, and checks their answers.")
{
    cases, rows, largeRows, codeRows, dim, batchMax, passes, checks, engineSeconds, hostRows, peerSeconds, folder, seed, draw,
    system, similarity, live,
};
root.SetAction((parsed, cancellation) => Task.FromResult(parsed.GetValue(draw) is { } earlier
    ? Draw(earlier, parsed.GetValue(folder)!)
    : Run(
    new BenchOptions
    {
        Cases = [.. parsed.GetValue(cases)!.Split(',').Select(Find)],
        Rows = parsed.GetValue(rows),
        LargeRows = parsed.GetValue(largeRows) is > 0 and long given
            ? given
            : parsed.GetValue(rows) * BenchOptions.UsualLargeRows / BenchOptions.UsualRows,
        CodeRows = parsed.GetValue(codeRows),
        Dim = parsed.GetValue(dim),
        BatchMax = parsed.GetValue(batchMax),
        Passes = parsed.GetValue(passes),
        Checks = parsed.GetValue(checks),
        EngineSeconds = parsed.GetValue(engineSeconds),
        HostRows = parsed.GetValue(hostRows),
        PeerSeconds = parsed.GetValue(peerSeconds),
        Folder = parsed.GetValue(folder)!,
        Seed = parsed.GetValue(seed),
    },
    $"Linr.Bench.Device {string.Join(' ', args)}".TrimEnd(),
    parsed.GetValue(system),
    parsed.GetResult(similarity) is null ? null : parsed.GetValue(similarity) ?? string.Empty,
    parsed.GetValue(live),
    cancellation)));
return await root.Parse(args).InvokeAsync();

static int Draw(string file, string folder)
{
    Directory.CreateDirectory(folder);
    ReportPlot.Write(Path.Combine(folder, "gpu.png"), ReportFiles.Read(file));
    Console.WriteLine($"wrote {folder}/gpu.png");
    return 0;
}

static DeviceCase Find(string name)
    => DeviceCase.All.FirstOrDefault(one => one.Name == name)
        ?? throw new ArgumentException(
            $"--cases: expected some of {string.Join(", ", DeviceCase.All.Select(one => one.Name))}; found {name}.");

static int Run(
    BenchOptions options, string command, string? system, string? similarities, bool isLive, CancellationToken cancellation)
{
    if (!CudaDriver.TryLoad(out string? reason))
    {
        Console.Error.WriteLine(reason);
        return Environment.GetEnvironmentVariable("LINR_REQUIRE_CUDA") == "1" ? 1 : 0;
    }

    if (system is not null)
    {
        new SystemBench(options, Console.Out).Run(system, command);
        return 0;
    }

    if (similarities is not null)
    {
        SimilarityPage.Write(
            options.Folder, new SimilarityBench(options, similarities, Console.Out).Run(command, cancellation));
        Console.WriteLine($"wrote {options.Folder}/gpu-similarities.json and gpu-similarities.md");
        return 0;
    }

    if (isLive)
    {
        LivePage.Write(options.Folder, new LiveBench(options, Console.Out).Run(command));
        Console.WriteLine($"wrote {options.Folder}/gpu-live.json and gpu-live.md");
        return 0;
    }

    DeviceReport report = new DeviceBench(options, Console.Out).Run(command, cancellation);
    ReportFiles.Write(options.Folder, report);
    Console.WriteLine($"wrote {options.Folder}/gpu.json, gpu.md and gpu.png");
    return 0;
}

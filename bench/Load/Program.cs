using System.CommandLine;
using System.Globalization;
using Linr.Bench.Load;
using Linr.Engine;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is [ServeMode.Word, ..])
{
    return await ServeMode.RunAsync(args.AsMemory(1));
}

var model = new Option<string?>("--model")
{
    Description = "The model file that is served; one of random items where there is none.", HelpName = "FILE.linr",
};
var items = new Option<int>("--items") { Description = "Random items.", DefaultValueFactory = _ => 100_000 };
var dim = new Option<int>("--dim") { Description = "Floats of a random item.", DefaultValueFactory = _ => 128 };
var k = new Option<int>("--k") { Description = "Hits a search.", DefaultValueFactory = _ => 10 };
var filter = new Option<string?>("--filter", "-f") { Description = "The filter of every search." };
var clauses = new Option<bool>("--clauses")
{
    Description = "Each search of random items has LiNR's two clauses, which 11 % of them pass.",
};
var device = new Option<EngineDevice>("--device")
{
    Description = "What scans.", DefaultValueFactory = _ => EngineDevice.Cpu,
};
var batches = new Option<int>("--batches")
{
    Description = "Batches that the service runs at once.", DefaultValueFactory = _ => 1,
};
var rates = new Option<double[]>("--rates")
{
    Description = "Searches a second of each stage, instead of shares of the saturated rate.",
    AllowMultipleArgumentsPerToken = true,
    DefaultValueFactory = _ => [],
};
var target = new Option<double>("--target")
{
    Description = "How many seconds 70 % of the saturated rate is measured.", DefaultValueFactory = _ => 60,
};
var clients = new Option<int>("--clients")
{
    Description = "Clients, with a connection each.", DefaultValueFactory = _ => 32,
};
var chance = new Option<bool>("--by-chance") { Description = "Searches become due by chance instead of evenly." };
var seconds = new Option<double>("--seconds")
{
    Description = "How long each stage is measured.", DefaultValueFactory = _ => 20,
};
var warmUp = new Option<double>("--warm-up")
{
    Description = "How many seconds each stage runs before it is measured.", DefaultValueFactory = _ => 5,
};
var soak = new Option<double>("--soak")
{
    Description = "Minutes at 70 % of the saturated rate; 0: none.", DefaultValueFactory = _ => 0,
};
var updates = new Option<double>("--updates")
{
    Description = "Items changed a second meanwhile.", DefaultValueFactory = _ => 0,
};
var seed = new Option<int>("--seed") { Description = "What chance draws from.", DefaultValueFactory = _ => 1 };
var folder = new Option<string>("--out", "-o")
{
    Description = "Folder for service.json, service.md and service.png.", DefaultValueFactory = _ => "artifacts/load",
};
var root = new RootCommand("Measures Linr's service by gRPC: as many searches as it can, then at rates below that.")
{
    model, items, dim, k, filter, clauses, device, batches, rates, target, clients, chance, seconds, warmUp, soak, updates, seed, folder,
};
root.SetAction(async (parsed, cancellation) =>
{
    var options = new LoadOptions
    {
        Model = parsed.GetValue(model),
        Items = parsed.GetValue(items),
        Dim = parsed.GetValue(dim),
        K = parsed.GetValue(k),
        Filter = parsed.GetValue(filter),
        HasClauses = parsed.GetValue(clauses),
        Device = parsed.GetValue(device),
        Batches = parsed.GetValue(batches),
        Rates = parsed.GetValue(rates)!,
        Target = TimeSpan.FromSeconds(parsed.GetValue(target)),
        Clients = parsed.GetValue(clients),
        ArrivesByChance = parsed.GetValue(chance),
        Stage = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
        WarmUp = TimeSpan.FromSeconds(parsed.GetValue(warmUp)),
        Soak = TimeSpan.FromMinutes(parsed.GetValue(soak)),
        Updates = parsed.GetValue(updates),
        Seed = parsed.GetValue(seed),
        Folder = parsed.GetValue(folder)!,
    };
    string command = $"dotnet run -c Release --project bench/Load -- {string.Join(' ', args)}".TrimEnd(' ', '-');
    LoadReport report = await new LoadBench(options, Console.Out).RunAsync(command, cancellation);
    ReportFiles.Write(options.Folder, report);
    Console.WriteLine($"wrote {options.Folder}/service.json, service.md and service.png");
});
return await root.Parse(args).InvokeAsync();

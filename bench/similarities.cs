#:project ../src/Training/Training.csproj
#:property RestorePackagesWithLockFile=false
#:property NoWarn=NU1603;CA1852;IDE0005
#:property PublishAot=false
// Puts what bench/similarities.sh measured together: dotnet run bench/similarities.cs OUT
// Writes OUT/similarities.md (tables), OUT/similarities.json (every figure of every seed) and OUT/similarities.png (the
// gain in HR@400 over the towers' cosine, with intervals).
using System.Globalization;
using System.Text.Json.Nodes;
using ScottPlot;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string folder = args[0];
string[] metrics = ["hitRate10", "hitRate50", "hitRate400"];
var table = new StringWriter();
var all = new JsonArray();
using var plot = new Plot();
var ticks = new List<Tick>();
int dataSets = 0;
foreach (string data in Directory.GetDirectories(folder).Order(StringComparer.Ordinal))
{
    string[] seeds = [.. Directory.GetDirectories(data).Where(seed => File.Exists(Path.Combine(seed, "evaluation.json"))).Order(StringComparer.Ordinal)];
    JsonNode[] runs = [.. seeds.Select(seed => JsonNode.Parse(File.ReadAllText(Path.Combine(seed, "evaluation.json")))!)];
    int items = (int)runs[0]["items"]!;
    table.WriteLine($"## {Path.GetFileName(data)}: {(int)runs[0]["users"]!:N0} users, {items:N0} items, {runs.Length} seeds");
    table.WriteLine();
    table.WriteLine($"`{File.ReadAllText(Path.Combine(seeds[0], "command")).Trim()}`; {runs[0]["split"]}. 50 items are {50.0 / items:P2} of the catalogue, 400 are {400.0 / items:P2}.");
    table.WriteLine();
    table.WriteLine("| targets | system | HR@10 | HR@50 | HR@400 | gain in HR@10 | gain in HR@50 | gain in HR@400 |");
    table.WriteLine("|---|---|---|---|---|---|---|---|");
    string[] systems = [.. runs[0]["results"]!.AsArray().Select(one => (string)one!["system"]!).Distinct()];
    string[] slices = [.. runs[0]["results"]!.AsArray().Select(one => (string)one!["slice"]!).Distinct()];

    // The embedding that the towers make, by its own score.
    const string towers = "model, default";
    foreach ((string slice, string system) in slices.SelectMany(slice => systems.OrderBy(one => one != towers).Select(one => (slice, one))))
    {
        double[][] means = [.. metrics.Select(metric => runs.Select(run => Mean(run, slice, system, metric)).ToArray())];
        double[][] gains = [.. metrics.Select((metric, place) => runs.Select((run, seed) => (means[place][seed] / Mean(run, slice, towers, metric)) - 1).ToArray())];
        table.WriteLine($"| {slice} | {(system == towers ? "two towers, cosine" : system)} | {string.Join(" | ", means.Select(Range))} | {(system == towers ? " | | " : string.Join(" | ", gains.Select(Gain)))} |");
        if (slice == slices[0] && (system.StartsWith("mixture") || system.StartsWith("hadamard")))
        {
            (double mean, double half) = Interval(gains[2]);
            ScottPlot.Plottables.BarPlot bar = plot.Add.Bar(-ticks.Count, mean * 100);
            bar.Horizontal = true;
            bar.Color = plot.Add.Palette.GetColor(dataSets);
            bar.Bars[0].Error = half * 100;
            ticks.Add(new Tick(-ticks.Count, $"{Path.GetFileName(data)}: {system}"));
        }
    }

    dataSets++;
    table.WriteLine();
    foreach ((string seed, JsonNode run) in seeds.Zip(runs))
    {
        JsonNode record = JsonNode.Parse(File.ReadAllText(Path.Combine(seed, "run.json")))!;
        record["options"]!.AsObject().Remove("libtorchFolder");
        record["options"]!.AsObject().Remove("checkpointPath");
        all.Add(new JsonObject
        {
            ["data"] = Path.GetFileName(data),
            ["command"] = File.ReadAllText(Path.Combine(seed, "command")).Trim(),
            ["run"] = record,
            ["evaluation"] = run.DeepClone(),
        });
    }
}

plot.Axes.Left.SetTicks([.. ticks.Select(tick => tick.Position)], [.. ticks.Select(tick => tick.Label)]);
plot.Axes.Left.MinimumSize = 400;
plot.Title("Gain in HR@400 over the towers' cosine, %: mean of the seeds and its 95 % interval");
plot.SavePng(Path.Combine(folder, "similarities.png"), 1_200, 100 + (24 * ticks.Count));
File.WriteAllText(Path.Combine(folder, "similarities.md"), table.ToString());
File.WriteAllText(Path.Combine(folder, "similarities.json"), all.ToJsonString());
Console.Write(table);

static double Mean(JsonNode run, string slice, string system, string metric) => run["results"]!.AsArray()
    .Where(one => (string)one!["slice"]! == slice && (string)one["system"]! == system)
    .Select(one => (double)one![metric]!["mean"]!).First();

static string Range(double[] values)
{
    (string least, string most) = (values.Min().ToString("F3"), values.Max().ToString("F3"));
    return least == most ? least : $"{least} to {most}";
}

static string Gain(double[] gains)
{
    (double mean, double half) = Interval(gains);
    return gains.Length == 1 ? $"{mean:+0.0%;-0.0%}" : $"{mean:+0.0%;-0.0%} [{mean - half:+0.0%;-0.0%}, {mean + half:+0.0%;-0.0%}]";
}

// The mean over the seeds and half of its 95 % interval, by Student's t.
static (double Mean, double Half) Interval(double[] values)
{
    double[] quantiles = [0, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];
    double mean = values.Average();
    double deviation = values.Length < 2 ? 0 : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
    double quantile = quantiles[Math.Min(values.Length, quantiles.Length) - 1];
    return (mean, quantile * deviation / Math.Sqrt(values.Length));
}

#:project ../src/Training/Training.csproj
#:property RestorePackagesWithLockFile=false
#:property NoWarn=NU1603;CA1852;IDE0005
#:property PublishAot=false
// Puts what bench/quality.sh measured together: dotnet run bench/quality.cs OUT
// Writes OUT/quality.md (tables), OUT/quality.json (every figure of every seed) and OUT/quality.png (HR@10 by seed).
using System.Globalization;
using System.Text.Json.Nodes;
using ScottPlot;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string folder = args[0];
var table = new StringWriter();
var all = new JsonArray();
using var plot = new Plot();
var ticks = new List<Tick>();
foreach (string data in Directory.GetDirectories(folder).Order(StringComparer.Ordinal))
{
    string[] seeds = [.. Directory.GetDirectories(data).Where(seed => File.Exists(Path.Combine(seed, "evaluation.json"))).Order(StringComparer.Ordinal)];
    JsonNode[] runs = [.. seeds.Select(seed => JsonNode.Parse(File.ReadAllText(Path.Combine(seed, "evaluation.json")))!)];
    string command = File.ReadAllText(Path.Combine(seeds[0], "command")).Trim();
    table.WriteLine($"## {Path.GetFileName(data)}: {(int)runs[0]["users"]!:N0} users, {(int)runs[0]["items"]!:N0} items, {runs.Length} seeds");
    table.WriteLine($"`{command}`; {runs[0]["split"]}.");
    table.WriteLine();
    table.WriteLine("| targets | system | users | HR@10 | HR@50 | HR@200 | nDCG@10 | HR@10 of the first above | nDCG@10 of the first above |");
    table.WriteLine("|---|---|---|---|---|---|---|---|---|");
    JsonNode[][] results = [.. runs.Select(run => run["results"]!.AsArray().Select(one => one!).ToArray())];
    for (int row = 0; row < results[0].Length; row++)
    {
        string slice = results[0][row]["slice"]!.ToString();
        string system = results[0][row]["system"]!.ToString();
        JsonNode[] rows = [.. results.Select(one => one[row])];
        bool isFirst = row == 0 || results[0][row - 1]["slice"]!.ToString() != slice;
        table.WriteLine(
            $"| {slice} | {(isFirst ? "two towers" : system)} | {Range(rows, "users", "N0")} | {Range(rows, "hitRate10")} | {Range(rows, "hitRate50")} "
            + $"| {Range(rows, "hitRate200")} | {Range(rows, "discountedGain10")} | {Above(runs, slice, system, "hitRate10")} | {Above(runs, slice, system, "discountedGain10")} |");
        ticks.Add(new Tick(ticks.Count, $"{Path.GetFileName(data)}: {(isFirst ? "two towers" : system)}, {slice}"));
        plot.Add.ScatterPoints(
            rows.Select(_ => ticks[^1].Position).ToArray(),
            rows.Select(one => (double)one["hitRate10"]!["mean"]!).ToArray(),
            isFirst ? Colors.Red : Colors.Gray);
    }

    table.WriteLine();
    foreach ((string seed, JsonNode run) in seeds.Zip(runs))
    {
        JsonNode record = JsonNode.Parse(File.ReadAllText(Path.Combine(seed, "run.json")))!;
        record["options"]!.AsObject().Remove("libtorchFolder");
        all.Add(new JsonObject
        {
            ["data"] = Path.GetFileName(data),
            ["command"] = File.ReadAllText(Path.Combine(seed, "command")).Trim(),
            ["run"] = record,
            ["evaluation"] = run.DeepClone(),
        });
    }
}

plot.Axes.Bottom.SetTicks([.. ticks.Select(tick => tick.Position)], [.. ticks.Select(tick => tick.Label)]);
plot.Axes.Bottom.TickLabelStyle.Rotation = 60;
plot.Axes.Bottom.TickLabelStyle.Alignment = Alignment.MiddleLeft;
plot.Axes.Bottom.MinimumSize = 260;
plot.Axes.Right.MinimumSize = 120;
plot.Axes.SetLimitsY(bottom: 0, top: plot.Axes.GetLimits().Top);
plot.Title("HR@10, a point a seed");
plot.SavePng(Path.Combine(folder, "quality.png"), 1_400, 800);
File.WriteAllText(Path.Combine(folder, "quality.md"), table.ToString());
File.WriteAllText(Path.Combine(folder, "quality.json"), all.ToJsonString());
Console.Write(table);

// The least and the greatest over the seeds.
static string Range(JsonNode[] rows, string metric, string format = "F3")
{
    double[] means = [.. rows.Select(row => row[metric] is JsonObject interval ? (double)interval["mean"]! : (double)row[metric]!)];
    (string least, string most) = (Text(means.Min()), Text(means.Max()));
    return least == most ? least : $"{least} to {most}";

    string Text(double value) => value.ToString(format);
}

// The difference of the worst seed, with its interval.
static string Above(JsonNode[] runs, string slice, string system, string metric)
{
    JsonNode? worst = runs
        .SelectMany(run => run["differences"]!.AsArray())
        .Where(one => one!["slice"]!.ToString() == slice && one["against"]!.ToString() == system)
        .Select(one => one![metric])
        .MinBy(one => (double)one!["mean"]!);
    return worst is null ? "" : $"{(double)worst["mean"]!:+0.000;-0.000} [{(double)worst["low"]!:F3}, {(double)worst["high"]!:F3}]";
}

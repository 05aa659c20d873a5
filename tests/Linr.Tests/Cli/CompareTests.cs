using System.Globalization;
using System.Text;
using System.Text.Json;
using Linr.Cli;

namespace Linr.Tests.Cli;

/// <summary>`linr eval --compare` on models that were built of embeddings: no libtorch is needed.</summary>
public sealed class CompareTests
{
    [Fact]
    public async Task The_model_that_knows_the_groups_wins()
    {
        using var folder = new TemporaryFolder();
        string worse = await TinyData.BuildAsync(folder);
        string better = await OfGroupsAsync(folder, "better.linr", TinyData.ItemCount);
        string[] data = ["--interactions", TinyData.Interactions(folder)];
        string report = folder.File("report");
        JsonElement found = (await CliRun.OfGood(
            ["eval", "--compare", worse, better, .. data, "--at", "3,10", "--slice", "colour = 'red'", "--report", report, "--json"])).Json;
        JsonElement all = found.GetProperty("slices")[0];
        Assert.Equal(TinyData.UserCount, all.GetProperty("users").GetInt32());
        JsonElement difference = all.GetProperty("differences")[0];
        Assert.Equal(("better", "model"), (Text(difference, "model"), Text(difference, "againstModel")));
        Assert.True(difference.GetProperty("metrics").GetProperty("HR@10").GetProperty("low").GetDouble() > 0);
        Assert.Equal(["HR@3", "HR@10", "nDCG@10", "MRR"], found.GetProperty("metrics").EnumerateArray().Select(one => one.GetString()));
        Assert.Contains(
            found.GetProperty("slices").EnumerateArray(),
            slice => Text(slice, "name") == "colour = 'red', among those that pass" && slice.GetProperty("items").GetInt32() == 20);
        Assert.Equal(
            "mean of the latest 50 items' v", Text(found.GetProperty("models")[0].GetProperty("systems")[0], "query"));
        Png.AssertDrawn(Path.Combine(report, "comparison.png"));
        Png.AssertDrawn(Path.Combine(report, "differences.png"));
        string written = File.ReadAllText(Path.Combine(report, "comparison.json"));
        Assert.True(JsonElement.DeepEquals(found, JsonDocument.Parse(written).RootElement), written);

        string table = (await CliRun.OfGood(["eval", worse, "--compare", better, .. data])).Output;
        Assert.Contains("better, v minus model, v", table, StringComparison.Ordinal);
        Assert.Contains("model: 40 items of the data; v by mean of the latest 50 items' v", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_of_other_items_are_compared_on_what_they_share_and_mistakes_are_named()
    {
        using var folder = new TemporaryFolder();
        string all = await TinyData.BuildAsync(folder);
        string some = await OfGroupsAsync(folder, "some.linr", 30);
        string other = folder.File("other.linr");
        await CliRun.OfGood("build", "--items", folder.Write("other.jsonl", "{\"id\":\"x\",\"v\":[0.5,0.25]}"), "--out", other);
        string integers = folder.File("integers.linr");
        await CliRun.OfGood("build", "--items", folder.Write("numbers.jsonl", "{\"id\":7,\"v\":[0.5,0.25]}"), "--out", integers);
        string[] data = ["--interactions", TinyData.Interactions(folder)];
        JsonElement found = (await CliRun.OfGood(["eval", all, "--compare", some, .. data, "--json"])).Json;
        Assert.Equal((30, 40), (found.GetProperty("items").GetInt32(), found.GetProperty("itemsOfData").GetInt32()));
        int left = found.GetProperty("usersLeftOut").GetInt32();
        Assert.InRange(left, 1, TinyData.UserCount - 1);
        string table = (await CliRun.OfGood(["eval", all, "--compare", some, .. data])).Output;
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{left} users are left out"), table, StringComparison.Ordinal);

        await Mistake("Expected a model with items of the data; other.linr has none of its 40", "eval", all, "--compare", other);
        await Mistake("Expected data with ids of kind Integer, as the model's; found Text", "eval", all, "--compare", integers);
        await Mistake("--compare: expected two models or more; found", "eval", "--compare", all);
        await Mistake("--at: expected numbers with commas", "eval", all, "--compare", some, "--at", "10;50");
        await Mistake("At: expected numbers from 1 to 1000000, ascending; found 50, 10.", "eval", all, "--compare", some, "--at", "50,10");
        await Mistake("\"shade\"", "eval", all, "--compare", some, "--slice", "shade = 'red'");
        await Mistake("--at: expected --compare with it; found none", "eval", all, "--at", "10");
        await Mistake("Expected a model file or --compare; found neither.", "eval");
        await Mistake("Expected a model with a query tower; model.linr has none", "eval", all);
        await CliRun.AssertMistake(
            ExitCode.Failure, "A model: expected a file; found none", ["eval", all, "--compare", folder.File("no.linr"), .. data]);

        Task Mistake(string expected, params string[] args) => CliRun.AssertMistake(ExitCode.Usage, expected, [.. args, .. data]);
    }

    /// <summary>A model of the first items whose embeddings are their groups.</summary>
    private static async Task<string> OfGroupsAsync(TemporaryFolder folder, string name, int count)
    {
        var text = new StringBuilder();
        for (int item = 0; item < count; item++)
        {
            string group = string.Join(',', Enumerable.Range(0, TinyData.Groups).Select(one => one == item % TinyData.Groups ? "0.9" : "0.1"));
            text.AppendLine(CultureInfo.InvariantCulture, $$"""{"id":"p{{item}}","v":[{{group}}]}""");
        }

        string model = folder.File(name);
        await CliRun.OfGood("build", "--items", folder.Write($"{name}.jsonl", text.ToString()), "--out", model);
        return model;
    }

    private static string Text(JsonElement element, string property) => element.GetProperty(property).GetString()!;
}

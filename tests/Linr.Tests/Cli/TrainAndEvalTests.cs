using System.Text.Json;
using Linr.Cli;

namespace Linr.Tests.Cli;

/// <summary>Interactions to a model and its evaluation, through the command line; needs libtorch.</summary>
[Collection(Alone.Name)]
public sealed class TrainAndEvalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_model_is_trained_evaluated_and_searched_by_history()
    {
        Libtorch.Require();
        string[] data = ["--interactions", TinyData.Interactions(_folder), "--items", TinyData.Items(_folder)];
        string model = _folder.File("model.linr");
        string report = _folder.File("report");
        string[] named = ["--report", report, "--version-name", "tiny"];
        CliRun trained = await CliRun.OfGood(["train", .. data, "--out", model, .. named, .. TinyData.Quick, "--json"]);
        Assert.Equal(model, trained.Json.GetProperty("model").GetString());
        Assert.Equal(new FileInfo(model).Length, trained.Json.GetProperty("bytes").GetInt64());
        Assert.Equal(TinyData.ItemCount, trained.Json.GetProperty("run").GetProperty("items").GetInt32());
        Assert.Equal(2, trained.Json.GetProperty("run").GetProperty("epochs").GetArrayLength());
        Assert.Equal(["run.json", "training.png"], Directory.GetFiles(report).Select(Path.GetFileName).Order());
        Png.AssertDrawn(Path.Combine(report, "training.png"));

        CliRun evaluated = await CliRun.OfGood(["eval", model, .. data, "--report", report, "--json"]);
        AssertEvaluation(evaluated.Json, "model");
        Png.AssertDrawn(Path.Combine(report, "evaluation.png"));
        string table = (await CliRun.OfGood(["eval", model, .. data])).Output;
        Assert.All(
            ["HR@10", "popularity", "item-item cosine", "60 users"],
            text => Assert.Contains(text, table, StringComparison.Ordinal));

        CliRun found = await CliRun.OfGood(
            "query", model, "--history", "p1,p5", "-f", "colour = 'red'", "-k", "100", "--json");
        Assert.Equal("tiny", found.Json.GetProperty("modelVersion").GetString());
        JsonElement[] hits = [.. found.Json.GetProperty("hits").EnumerateArray()];
        Assert.Equal((TinyData.ItemCount / 2) - 2, hits.Length);
        Assert.All(hits, hit => Assert.Equal("red", hit.GetProperty("fields").GetProperty("colour")[0].GetString()));
        Assert.Contains("query tower", (await CliRun.OfGood("inspect", model)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Similarities_are_trained_searched_by_and_evaluated()
    {
        Libtorch.Require();
        string[] data = ["--interactions", TinyData.Interactions(_folder), "--items", TinyData.Items(_folder)];
        string model = _folder.File("model.linr");
        CliRun trained = await CliRun.OfGood(
        [
            "train", .. data, "--out", model, .. TinyData.Quick, "--similarity", "hadamard", "mixture",
            "--similarity-epochs", "1", "--json",
        ]);
        Assert.Equal(
            ["hadamard", "mixture"],
            trained.Json.GetProperty("similarities").EnumerateArray().Select(one => one.GetProperty("name").GetString()));
        string shown = (await CliRun.OfGood("inspect", model)).Output;
        Assert.Contains("similarity hadamard (hadamard_mlp) of default", shown, StringComparison.Ordinal);
        string[] query = ["query", model, "--history", "p1,p5", "-k", "3", "--json"];
        JsonElement found = (await CliRun.OfGood([.. query, "--similarity", "mixture"])).Json;
        Assert.Equal(("mixture", true), (found.GetProperty("mode").GetString(), found.GetProperty("exact").GetBoolean()));
        Assert.Equal(3, found.GetProperty("hits").GetArrayLength());
        found = (await CliRun.OfGood([.. query, "--similarity", "hadamard", "--first-stage", "9"])).Json;
        Assert.Equal("default -> 9 of 40 by hadamard", found.GetProperty("mode").GetString());
        JsonElement results = (await CliRun.OfGood(["eval", model, .. data, "--threads", "1", "--json"])).Json
            .GetProperty("results");
        Assert.Equal(
            ["hadamard", "mixture", "model", "popularity", "item-item cosine"],
            results.EnumerateArray().Select(one => one.GetProperty("system").GetString()).Distinct());
        await CliRun.AssertMistake(
            ExitCode.Usage,
            "--similarity: expected one of the model's (hadamard, mixture); found \"euclid\".",
            [.. query[..^1], "--similarity", "euclid"]);
        await CliRun.AssertMistake(
            ExitCode.Usage,
            "--similarity: expected hadamard or mixture; found \"euclid\".",
            ["train", .. data, "--out", model, .. TinyData.Quick, "--similarity", "euclid"]);
    }

    [Fact]
    public async Task Similarities_read_embeddings_that_the_items_come_with()
    {
        Libtorch.Require();
        string items = TinyData.Items(_folder);
        string[] data = ["--interactions", TinyData.Interactions(_folder), "--items", items];
        string built = await TinyData.BuildAsync(_folder);
        string inOrder = _folder.File("w.npy");
        string byId = _folder.File("u.parquet");
        await CliRun.OfGood("export", built, "--embedding", "v", "--out", inOrder);
        File.Delete(Path.ChangeExtension(inOrder, ".ids.txt"));
        await CliRun.OfGood("export", built, "--embedding", "v", "--out", byId);
        string model = _folder.File("several.linr");
        string[] train =
        [
            "train", .. data, "--out", model, .. TinyData.Quick, "--similarity-epochs", "1", "--embedding", $"w={inOrder}",
            "--embedding", $"u={byId}",
        ];
        await CliRun.OfGood([.. train, "--similarity", "mixture_v_w", "hadamard", "--embeddings", "u", "default"]);
        string shown = (await CliRun.OfGood("inspect", model)).Output;
        Assert.Contains("similarity mixture_v_w (mixture_of_logits) of default, v, w", shown, StringComparison.Ordinal);
        Assert.Contains("similarity hadamard_u (hadamard_mlp) of u, default", shown, StringComparison.Ordinal);
        JsonElement found = (await CliRun.OfGood(
            "query", model, "--history", "p1,p5", "--similarity", "mixture_v_w", "-k", "3", "--json")).Json;
        Assert.Equal(3, found.GetProperty("hits").GetArrayLength());
        Assert.True(found.GetProperty("exact").GetBoolean());
        JsonElement results = (await CliRun.OfGood(["eval", model, .. data, "--threads", "1", "--json"])).Json
            .GetProperty("results");
        Assert.Superset(
            new HashSet<string?> { "mixture_v_w", "several, v", "several, u" },
            results.EnumerateArray().Select(one => one.GetProperty("system").GetString()).ToHashSet());

        await Mistake("expected graph, text, v, w, u, a number of centroids or trained", "--similarity", "mixture_x");
        await Mistake("expected one of default, graph, text, v, w, u; found \"x\"", "--similarity", "mixture", "--embeddings", "x");
        await Mistake("expected another name than default, graph, text, v, w, u; found \"v\"", "--embedding", $"v={inOrder}");
        string few = _folder.Write("few.jsonl", "{\"id\":\"p1\"}\n{\"id\":\"p2\"}\n");
        train = [.. train.Select(one => one == items ? few : one)];
        await Mistake("--embedding w: expected a row an item, 2 at least; found 40");
        train = [.. train.Select(one => one == $"w={inOrder}" ? $"w={byId}" : one)];
        await Mistake("--embedding w: expected ids of the items; found");
        CliRun without = await CliRun.OfGood(
            ["train", .. data[..2], "--out", model, .. TinyData.Quick, "--embedding", $"w={byId}", "--json"]);
        Assert.Equal(TinyData.ItemCount, without.Json.GetProperty("run").GetProperty("items").GetInt32());

        Task Mistake(string text, params string[] arguments)
            => CliRun.AssertMistake(ExitCode.Usage, text, [.. train, .. arguments]);
    }

    [Fact]
    public async Task A_ranker_is_trained_searched_by_and_evaluated()
    {
        Libtorch.Require();
        string[] data = ["--data", TinyData.MovieLens(_folder)];
        string model = _folder.File("model.linr");
        CliRun trained = await CliRun.OfGood(
        [
            "train", .. data, "--out", model, .. TinyData.Quick, "--similarity", "hadamard", "--similarity-epochs", "1",
            "--rank", "--joint", "--rank-epochs", "1", "--rank-candidates", "12", "--rank-rating-weight", "0.1", "--json",
        ]);
        Assert.Equal("overarch", trained.Json.GetProperty("ranker").GetProperty("name").GetString());
        string shown = (await CliRun.OfGood("inspect", model)).Output;
        Assert.Contains("ranker overarch of default: click, rating", shown, StringComparison.Ordinal);
        string history = (await CliRun.OfGood("query", model, "-k", "1", "--json")).Json
            .GetProperty("hits")[0].GetProperty("id").GetRawText();
        string[] query = ["query", model, "--history", history, "-k", "3", "--rank", "overarch"];
        JsonElement found = (await CliRun.OfGood([.. query, "--weight", "click=0", "rating=1", "--json"])).Json;
        Assert.Equal("rows -> 12 ranked by overarch", found.GetProperty("mode").GetString());
        Assert.Equal(12, found.GetProperty("rowsRanked").GetInt32());
        Assert.All(found.GetProperty("hits").EnumerateArray(), hit => Assert.Equal(
            hit.GetProperty("score").GetDouble(), hit.GetProperty("tasks").GetProperty("rating").GetDouble()));
        string table = (await CliRun.OfGood([.. query, "--rank-candidates", "5"])).Output;
        Assert.Contains("exact candidates: rows -> 5 ranked by overarch", table, StringComparison.Ordinal);
        Assert.Contains("rating", table, StringComparison.Ordinal);
        JsonElement report = (await CliRun.OfGood(["eval", model, .. data, "--threads", "1", "--json"])).Json;
        Assert.Equal("overarch", report.GetProperty("results")[0].GetProperty("system").GetString());
        Assert.Equal(
            ["auc", "rmse"], report.GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("metric").GetString()));
        await CliRun.AssertMistake(
            ExitCode.Usage, "--rank: expected one of the model's rankers (overarch); found \"best\".",
            ["query", model, "--rank", "best"]);
        await CliRun.AssertMistake(
            ExitCode.Usage, "--weight: expected --rank beside it; found none.", ["query", model, "--weight", "click=1"]);
        await CliRun.AssertMistake(
            ExitCode.Usage, "--weight: expected a number for click; found \"much\".", [.. query, "--weight", "click=much"]);
        await CliRun.AssertMistake(
            ExitCode.Usage, "--weight: expected tasks of \"overarch\" (click, rating); found \"share\".",
            [.. query, "--weight", "share=1"]);
    }

    [Fact]
    public async Task Features_of_users_are_trained_on_and_searched_by()
    {
        Libtorch.Require();
        string[] files = ["--interactions", TinyData.Interactions(_folder), "--user-features", TinyData.Users(_folder)];
        string data = _folder.File("data");
        await CliRun.OfGood(["import", .. files, "--out", data]);
        string fromFiles = _folder.File("files.linr");
        string fromFolder = _folder.File("folder.linr");
        await CliRun.OfGood(["train", .. files, "--out", fromFiles, .. TinyData.Quick]);
        await CliRun.OfGood(["train", "--data", data, "--out", fromFolder, .. TinyData.Quick]);
        AssertEvaluation((await CliRun.OfGood("eval", fromFolder, "--data", data, "--json")).Json, "folder");

        string[] query = ["--history", "p1", "--feature", "country=c1", "--feature", "age=30", "-k", "100", "--json"];
        JsonElement hits = (await CliRun.OfGood(["query", fromFiles, .. query])).Json.GetProperty("hits");
        Assert.Equal(TinyData.ItemCount - 1, hits.GetArrayLength());
        Assert.Equal(
            hits.GetRawText(),
            (await CliRun.OfGood(["query", fromFolder, .. query])).Json.GetProperty("hits").GetRawText());
    }

    [Fact]
    public async Task The_demo_runs_on_a_small_folder()
    {
        Libtorch.Require();
        string data = TinyData.MovieLens(_folder);
        string folder = _folder.File("demo");
        CliRun run = await CliRun.OfGood(["demo", "--data", data, "--out", folder, .. TinyData.Quick, "--json"]);
        AssertEvaluation(run.Json.GetProperty("evaluation"), "two-tower");
        Assert.Equal(
            ["evaluation.json", "evaluation.png", "model.linr", "run.json", "training.png"],
            Directory.GetFiles(folder).Select(Path.GetFileName).Order());
        JsonElement[] searches = [.. run.Json.GetProperty("searches").EnumerateArray()];
        Assert.NotEmpty(searches);
        foreach (JsonElement search in searches)
        {
            // What the demo says to type finds what the demo shows.
            string[] typed = ["query", Path.Combine(folder, "model.linr"), .. ShellWords.Split(
                search.GetProperty("command").GetString()!)];
            CliRun again = await CliRun.OfGood([.. typed, "-k", "8", "--json"]);
            Assert.Equal(Ids(search.GetProperty("response")), Ids(again.Json));
        }
    }

    [Theory]
    [InlineData(
        ExitCode.Usage,
        "Expected one of --data, --interactions, --packages, --from-apt; found none.",
        "train",
        "--out",
        "{folder}/x.linr")]
    [InlineData(
        ExitCode.Usage, "Epochs: expected", "train", "--data", "{data}", "--epochs", "0", "--out", "{folder}/x.linr")]
    [InlineData(
        ExitCode.Failure, "--out: expected a folder", "train", "--data", "{data}", "--out", "{folder}/none/x.linr")]
    [InlineData(
        ExitCode.Failure, "--report: expected a folder; found a file", "train", "--data", "{data}", "--out",
        "{folder}/x.linr", "--report", "{built}")]
    [InlineData(
        ExitCode.Failure, "Training needs libtorch", "train", "--data", "{data}", "--out", "{folder}/x.linr",
        "--libtorch", "{folder}")]
    [InlineData(
        ExitCode.Failure, "The model: expected a file; found none", "eval", "{folder}/none.linr", "--data", "{data}")]
    [InlineData(ExitCode.Usage, "Expected a model with a query tower", "eval", "{integers}", "--data", "{data}")]
    [InlineData(ExitCode.Usage, "Expected data with ids of kind Text", "eval", "{built}", "--data", "{data}")]
    [InlineData(
        ExitCode.Usage, "Expected --data or --from-apt; found both.", "demo", "--data", "{data}", "--from-apt", "--out",
        "{folder}/demo")]
    [InlineData(
        ExitCode.Failure, "--out: expected a folder; found a file", "demo", "--data", "{data}", "--out", "{built}")]
    public async Task A_mistake_is_a_sentence(int code, string expected, params string[] arguments)
    {
        string built = _folder.File("built.linr");
        await CliRun.OfGood("build", "--items", TinyData.Items(_folder), "--out", built);
        string integers = _folder.File("integers.linr");
        await CliRun.OfGood(
            "build", "--items", _folder.Write("i.jsonl", "{\"id\":1,\"v\":[0.5,1]}\n"), "--out", integers);
        string data = TinyData.MovieLens(_folder);
        string[] args = [.. arguments.Select(arg => arg
            .Replace("{folder}", _folder.Root, StringComparison.Ordinal)
            .Replace("{data}", data, StringComparison.Ordinal)
            .Replace("{built}", built, StringComparison.Ordinal)
            .Replace("{integers}", integers, StringComparison.Ordinal))];
        await CliRun.AssertMistake(code, expected, args);
    }

    [Fact]
    public async Task Features_of_other_users_are_a_mistake()
    {
        string users = _folder.Write("users.csv", "user,country\nsomeone,c1\n");
        await CliRun.AssertMistake(
            ExitCode.Usage,
            "User features: expected users of the interactions, such as 0; found 1 others, such as someone.",
            "train", "--data", TinyData.MovieLens(_folder), "--user-features", users, "--out", _folder.File("x.linr"));
    }

    private static void AssertEvaluation(JsonElement evaluation, string system)
    {
        Assert.Equal(TinyData.UserCount, evaluation.GetProperty("users").GetInt32());
        JsonElement[] results = [.. evaluation.GetProperty("results").EnumerateArray()];
        Assert.Superset(
            new HashSet<string?> { system, "popularity", "item-item cosine" },
            results.Select(result => result.GetProperty("system").GetString()).ToHashSet());
        Assert.All(
            results, result => Assert.InRange(result.GetProperty("hitRate10").GetProperty("mean").GetDouble(), 0, 1));
    }

    private static IEnumerable<string?> Ids(JsonElement response)
        => response.GetProperty("hits").EnumerateArray().Select(hit => hit.GetProperty("id").ToString());
}

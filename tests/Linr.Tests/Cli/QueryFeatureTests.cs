using System.Numerics.Tensors;
using System.Text.Json;
using Linr.Cli;
using Linr.Formats;
using Linr.Training;
using Linr.Training.Data;

namespace Linr.Tests.Cli;

/// <summary>Inputs of the query tower on the command line, against what Torch makes of them.</summary>
[Collection(Alone.Name)]
public sealed class QueryFeatureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_search_with_features_scores_as_Torch_does()
    {
        Libtorch.Require();
        InteractionDataset data = Data();
        using TrainedModel trained = Trainer.Run(
            data,
            new TrainingOptions { Dim = 8, Epochs = 2, BatchSize = 64, UniformNegatives = 16, HistoryLength = 5 });
        string model = _folder.File("model.linr");
        ModelExporter.Write(trained, model);
        for (int user = 0; user < 5; user++)
        {
            int[] history = new int[5];
            HistoryRows.Latest(data.ItemsOf(user)[..2], history);
            float[] query = trained.EmbedQueries([user], history);
            IReadOnlyDictionary<string, IReadOnlyList<Value>> features = data.QueryFields!(data.Users[user])!;
            string[] options = [.. features.SelectMany(pair => pair.Value, (pair, value) => $"{pair.Key}={value}")
                .SelectMany(text => (string[])["--feature", text])];
            string ids = $"{data.Catalogue.Ids[data.ItemsOf(user)[0]]},{data.Catalogue.Ids[data.ItemsOf(user)[1]]}";
            CliRun found = await CliRun.OfGood(
                ["query", model, "--history", ids, .. options, "-k", "100", "--include-seen", "--json"]);
            JsonElement[] hits = [.. found.Json.GetProperty("hits").EnumerateArray()];
            Assert.Equal(TinyData.ItemCount, hits.Length);
            Assert.All(hits, hit =>
            {
                int row = data.Catalogue.Find(hit.GetProperty("id").GetString()!);
                Assert.Equal(
                    TensorPrimitives.CosineSimilarity(query, trained.ItemEmbeddings.Span.Slice(8 * row, 8)),
                    hit.GetProperty("score").GetSingle(),
                    1e-5);
            });
        }

        await CliRun.AssertMistake(
            ExitCode.Usage, "--feature: expected what the query tower reads (country, age); found \"contry\".",
            "query", model, "--feature", "contry=c1");
        await CliRun.AssertMistake(
            ExitCode.Usage, "Field age: expected a number, date or boolean; found Keyword.", "query", model,
            "--feature", "age=old");
        await CliRun.AssertMistake(
            ExitCode.Usage, "--feature: expected NAME=VALUE; found \"age\".", "query", model, "--feature", "age");
    }

    private InteractionDataset Data()
    {
        string items = TinyData.Items(_folder);
        ItemOptions options = ItemFile.Infer(items).Apply(new ItemOptions());
        var builder = new InteractionDatasetBuilder(new ItemCatalogue(options.Schema!, ItemFile.Read(items, options)));
        foreach (Interaction interaction in InteractionFile.Read(TinyData.Interactions(_folder)))
        {
            builder.Add(interaction);
        }

        FieldSchema[] schema =
        [
            new("country", FieldType.Keyword, FieldRoles.Feature),
            new("age", FieldType.Integer, FieldRoles.Feature),
        ];
        return builder.Build().WithQueryFeatures(schema, user => new Dictionary<string, IReadOnlyList<Value>>
        {
            ["country"] = [$"c{user.Integer % TinyData.Groups}"],
            ["age"] = [20 + user.Integer],
        });
    }
}

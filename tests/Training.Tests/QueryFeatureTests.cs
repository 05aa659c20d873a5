using System.Globalization;
using System.Numerics.Tensors;
using Linr.Engine;
using Linr.Training.Data;
using Linr.Training.Evaluation;

namespace Linr.Training.Tests;

/// <summary>
/// Features of users from training to search: what the engine makes of them is what Torch made of them.
/// </summary>
public sealed class QueryFeatureTests
{
    private const double Within = 1e-5;

    private static readonly FieldSchema[] s_schema =
    [
        new("country", FieldType.Keyword, FieldRoles.Feature, MultiValued: true),
        new("about", FieldType.Text, FieldRoles.Feature),
        new("age", FieldType.Integer, FieldRoles.Feature),
        new("member", FieldType.Boolean, FieldRoles.Feature),
    ];

    [Fact]
    public void The_engine_scores_as_Torch_does()
    {
        Libtorch.Require();
        using var folder = new TemporaryFolder();
        InteractionDataset data = Data();
        using TrainedModel trained = Trainer.Run(data, Planted.Options with { Epochs = 2 });
        ModelExporter.Write(trained, folder.File("model.linr"));
        using Retriever retriever = Retriever.Open(folder.File("model.linr"), new RetrieverOptions { Threads = 1 });
        int dim = Planted.Options.Dim;
        EvaluationCase[] cases = EvaluationCase.Draw(data, HeldOut.Test, int.MaxValue, 1);
        for (int one = 0; one < 40; one++)
        {
            int[] seen = cases[one].Seen(data)[..(one % 4)].ToArray();
            int[] history = new int[Planted.Options.HistoryLength];
            HistoryRows.Latest(seen, history);
            float[] query = trained.EmbedQueries([cases[one].User], history);
            SearchResponse found = retriever.Search(new SearchRequest
            {
                History = [.. seen.Select(row => data.Catalogue.Ids[row])],
                Features = Features(data.Users[cases[one].User]),
                K = data.Catalogue.Count,
                IncludeSeen = true,
            });
            Assert.Equal(data.Catalogue.Count, found.Hits.Count);
            Assert.All(found.Hits, hit =>
            {
                ReadOnlySpan<float> item = trained.ItemEmbeddings.Span.Slice(data.Catalogue.Find(hit.Id) * dim, dim);
                Assert.Equal(TensorPrimitives.CosineSimilarity(query, item), hit.Score, Within);
            });
        }
    }

    [Fact]
    public void Features_alone_tell_where_a_user_belongs()
    {
        Libtorch.Require();
        using var folder = new TemporaryFolder();
        using TrainedModel trained = Trainer.Run(Data(), Planted.Options with { Epochs = 6, HistoryDropout = 0.5 });
        ModelExporter.Write(trained, folder.File("model.linr"));
        using Retriever retriever = Retriever.Open(folder.File("model.linr"), new RetrieverOptions { Threads = 1 });
        for (int group = 0; group < Planted.Groups; group++)
        {
            SearchResponse found = retriever.Search(
                new SearchRequest { Features = Features((ItemId)(long)group), K = 10 });
            int own = found.Hits.Count(hit => hit.Id.Integer % Planted.Groups == group);
            Assert.True(own > found.Hits.Count / 2, $"group {group}: {own} of {found.Hits.Count}");
        }
    }

    [Fact]
    public void A_feature_that_the_model_does_not_read_is_named()
    {
        Libtorch.Require();
        using var folder = new TemporaryFolder();
        using TrainedModel trained = Trainer.Run(Data(), Planted.Options with { Epochs = 1 });
        ModelExporter.Write(trained, folder.File("model.linr"));
        using Retriever retriever = Retriever.Open(folder.File("model.linr"), new RetrieverOptions { Threads = 1 });
        Assert.Equal(
            "Features: expected what the query tower reads (country, about, age, member); found \"contry\".",
            Message(new() { ["contry"] = ["c1"] }));
        Assert.Equal(
            "Field age: expected a number, date or boolean; found Keyword.", Message(new() { ["age"] = ["old"] }));
        Assert.Equal("Field country: expected keywords; found Integer.", Message(new() { ["country"] = [7] }));

        string Message(Dictionary<string, IReadOnlyList<Value>> features)
            => Assert.Throws<ArgumentException>(() => retriever.Search(new SearchRequest { Features = features }))
                .Message.Replace(" (Parameter 'request')", string.Empty, StringComparison.Ordinal);
    }

    private static InteractionDataset Data() => Planted.Data().WithQueryFeatures(s_schema, Features);

    private static IReadOnlyDictionary<string, IReadOnlyList<Value>> Features(ItemId user)
    {
        long group = user.Integer % Planted.Groups;
        return new Dictionary<string, IReadOnlyList<Value>>
        {
            ["country"] = user.Integer % 11 == 10
                ? []
                : [string.Create(CultureInfo.InvariantCulture, $"c{group}"), "earth"],
            ["about"] = [Value.OfText($"Likes group-{group} and nothing else")],
            ["age"] = user.Integer % 5 == 4 ? [] : [20 + user.Integer],
            ["member"] = [user.Integer % 2 == 0],
        };
    }
}

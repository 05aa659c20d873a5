using Linr.Engine;
using Linr.Engine.Live;
using Linr.Layers;
using Linr.Training.Data;
using Linr.Training.Embeddings;
using Linr.Training.Rankers;
using Linr.Training.Similarities;

namespace Linr.Training.Tests;

/// <summary>Items that come as raw features while a trained model serves: the model makes their embeddings itself.</summary>
public sealed class LiveItemTests
{
    [Fact]
    public void A_new_item_is_found_at_the_next_request_by_its_features_alone()
    {
        Libtorch.Require();
        using var folder = new TemporaryFolder();
        Write(folder.File("m.linr"));
        using var retriever = Retriever.Open(folder.File("m.linr"), new RetrieverOptions { Threads = 1, Live = new LiveOptions() });

        // An item that is put in anew by its features has the embeddings that training gave it.
        foreach (long id in (long[])[1, 5, 7, 20, 33])
        {
            Item trained = retriever.Get(id)!;
            retriever.Apply(ItemChange.Upsert(new Item { Id = id, Fields = Planted.Item((int)id).Fields }));
            Item made = retriever.Get(id)!;
            Assert.Equal(trained.Fields.Keys.Order(), made.Fields.Keys.Order());
            Assert.Equal(
                ["default", "default.hadamard_graph", "default.mixture_graph", "default.mixture_graph.gate", "default.overarch", "graph"],
                made.Embeddings.Keys.Order(StringComparer.Ordinal));
            foreach ((string name, ReadOnlyMemory<float> expected) in trained.Embeddings)
            {
                foreach ((float one, float other) in expected.ToArray().Zip(made.Embeddings[name].ToArray()))
                {
                    Assert.InRange(other, one - (2e-5 * (1 + Math.Abs(one))), one + (2e-5 * (1 + Math.Abs(one))));
                }
            }
        }

        // One that is new has no id embedding: it is found among items of its group by all that the model has.
        retriever.Apply(ItemChange.Upsert(new Item
        {
            Id = 1_003, Fields = new Dictionary<string, IReadOnlyList<Value>>(Planted.Item(1_003).Fields) { ["size"] = [60L * 60] },
        }));
        foreach ((string? similarity, string? ranker) in ((string?, string?)[])
            [(null, null), ("mixture_graph", null), ("hadamard_graph", null), (null, "overarch")])
        {
            SearchResponse found = retriever.Search(new SearchRequest
            {
                History = [1, 7, 13],
                K = 60,
                Similarity = similarity,
                RankBy = ranker is null ? null : new RankBy(ranker, 60),
            });
            Assert.True(found.Exact);
            int place = found.Hits.Index().First(hit => hit.Item.Id == 1_003).Index;
            Assert.True(place < 30, $"place {place} by {similarity ?? ranker ?? "default"}");
        }

        // A changed feature changes what is made of it, and a filter sees it at once.
        float[] before = retriever.Get(1_003)!.Embeddings["default.mixture_graph"].ToArray();
        retriever.Apply(ItemChange.Update(new Item
        {
            Id = 1_003, Fields = new Dictionary<string, IReadOnlyList<Value>> { ["group"] = ["g4"] },
        }));
        Item changed = retriever.Get(1_003)!;
        Assert.NotEqual(before, changed.Embeddings["default.mixture_graph"].ToArray());
        Assert.Equal(Planted.Item(1_003).Fields["title"], changed.Fields["title"]);
        Assert.Contains(
            retriever.Search(new SearchRequest { History = [4, 10], K = 200, Filter = Linr.Filters.Filter.Parse("group = 'g4'") }).Hits,
            hit => hit.Id == 1_003);

        // A given embedding is taken as it is, and its halves follow; what is gone is gone.
        float[] given = retriever.Get(4)!.Embeddings["default"].ToArray();
        retriever.Apply(
            ItemChange.Update(new Item
            {
                Id = 1_003, Embeddings = new Dictionary<string, ReadOnlyMemory<float>> { ["default"] = given },
            }),
            ItemChange.Delete(4));
        changed = retriever.Get(1_003)!;
        Assert.Equal(given, changed.Embeddings["default"].ToArray());
        Assert.Null(retriever.Get(4));
        Assert.Equal(1_003, retriever.Search(new SearchRequest
        {
            Embeddings = [new EmbeddingQuery("default", given)], K = 1,
        }).Hits[0].Id.Integer);
    }

    private static void Write(string path)
    {
        InteractionDataset data = Planted.Data();
        using TrainedModel towers = Trainer.Run(data, Planted.Options with { Epochs = 10, Patience = 10 });
        EmbeddingTrainer.Add(towers, EmbeddingTrainer.Graph);
        SimilarityOptions options = new()
        {
            Embeddings = ["default", "graph"], Width = 12, Hidden = 4, QueryComponents = 3, ItemComponents = 2, ComponentDim = 8,
            GateHidden = 12, BatchSize = 64, Negatives = 32, Epochs = 1, TuneEpochs = 1, WatchSteps = 0, LearningRate = 0.003,
        };
        using TrainedSimilarity mixture = SimilarityTrainer.Run(
            towers, options with { Kind = SimilarityKind.MixtureOfLogits });
        using TrainedSimilarity hadamard = SimilarityTrainer.Run(towers, options);
        using TrainedRanker ranker = RankerTrainer.Run(towers, new RankerOptions
        {
            Candidates = 30, Width = 12, KeywordDim = 4, Hidden = 16, Places = 5, HardNegatives = 8, UniformNegatives = 2,
            BatchSize = 64, Epochs = 1, TuneEpochs = 1, ValidationUsers = 50,
        });
        ModelExporter.Write(towers, path, similarities: [mixture, hadamard], ranker: ranker);
    }
}

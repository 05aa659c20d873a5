using Linr.Engine;
using Linr.Index.ModelFiles;
using Linr.Layers;
using Linr.ModelFile;
using Linr.Training.Centroids;
using Linr.Training.Data;
using Linr.Training.Embeddings;
using Linr.Training.Evaluation;
using Linr.Training.Similarities;

namespace Linr.Training.Tests;

/// <summary>Learned similarities on trained towers: they learn, and the engine gives what Torch gives.</summary>
public sealed class SimilarityTests
{
    private static readonly SimilarityOptions s_hadamard = new()
    {
        Width = 24, Hidden = 6, BatchSize = 64, Negatives = 64, LearningRate = 0.01, Epochs = 3, ValidationUsers = 100,
        WatchSteps = 10, Seed = 5, HeldOutShare = 0, Patience = 2,
    };

    private static readonly SimilarityOptions s_mixture = s_hadamard with
    {
        Kind = SimilarityKind.MixtureOfLogits, QueryComponents = 3, ItemComponents = 2, ComponentDim = 8, GateHidden = 12,
    };

    // Three embeddings and centroids: components of all of them side by side.
    private static readonly SimilarityOptions s_several = s_mixture with
    {
        Name = "several", Embeddings = ["default", "graph", "text"], QueryComponents = 4, ItemComponents = 3, ComponentDim = 16,
        Centroids = 9,
    };

    private static readonly Dictionary<string, SimilarityOptions> s_variants = new()
    {
        ["hadamard"] = s_hadamard,
        ["mixture"] = s_mixture,
        ["hadamard of three"] = s_hadamard with { Embeddings = ["graph", "default", "text"] },
        ["mixture of three, fixed centroids"] = s_several,
        ["mixture of three, trained centroids"] = s_several with { TrainsCentroids = true },
        ["mixture, small components"] = s_mixture with { Embeddings = ["text", "graph"], Centroids = 4, CentroidBatchRows = 16 },
    };

    public static TheoryData<string> Variants => [.. s_variants.Keys];

    public static TheoryData<string> Kinds => [SimilarityKind.HadamardMlp, SimilarityKind.MixtureOfLogits];

    [Theory]
    [MemberData(nameof(Variants))]
    public void It_finds_planted_groups_and_the_engine_gives_the_logits_of_Torch(string variant)
    {
        Libtorch.Require();
        using var folder = new TemporaryFolder();
        InteractionDataset data = Planted.Data();
        using TrainedModel towers = Trainer.Run(data, Planted.Options with { Epochs = 2 });
        SimilarityOptions options = s_variants[variant];
        foreach (string embedding in options.Embeddings.Where(name => name != "default"))
        {
            EmbeddingTrainer.Add(towers, embedding);
        }

        int steps = 0;
        using TrainedSimilarity similarity = SimilarityTrainer.Run(towers, options, _ => steps++);
        Assert.True(steps > 3);
        Assert.InRange(similarity.Epochs.Count, 1, 3);
        using SimilarityScorer scorer = similarity.ToScorer();
        EvaluationReport report = Evaluator.Run(data, [scorer, new PopularityScorer(data)]);
        Assert.True(report.Results[0].HitRate10.Mean > 0.4, $"HR@10 {report.Results[0].HitRate10.Mean}");
        Assert.True(report.Differences[0].HitRate10.IsAboveZero);

        ModelExporter.Write(towers, folder.File("m.linr"), similarities: [similarity]);
        using LoadedModel model = ModelReader.Open(folder.File("m.linr"));
        using var scorers = ModelFileScorers.Open("m", model, data, threads: 1);
        IScorer ofFile = Assert.Single(scorers.Similarities).Scorer;
        Assert.Equal(similarity.Spec.Name, ofFile.Name);
        float[] expected = scorer.ScoreAll(data);
        float[] found = ofFile.ScoreAll(data);
        foreach ((float torch, float engine) in expected.Zip(found))
        {
            Assert.InRange(engine, torch - (1e-5 * (1 + Math.Abs(torch))), torch + (1e-5 * (1 + Math.Abs(torch))));
        }

        // Torch's own pass over halves and weights, not only its halves.
        using TorchSimilarityScorer ofTorch = similarity.ToTorchScorer();
        foreach ((float torch, float engine) in ofTorch.ScoreAll(data).Zip(found))
        {
            Assert.InRange(engine, torch - (1e-5 * (1 + Math.Abs(torch))), torch + (1e-5 * (1 + Math.Abs(torch))));
        }

        using var retriever = Retriever.Open(folder.File("m.linr"));
        SearchResponse response = retriever.Search(new SearchRequest
        {
            History = [.. data.ItemsOf(0).ToArray().Take(3).Select(row => data.Catalogue.Ids[row])],
            K = 10,
            Similarity = similarity.Spec.Name,
        });
        Assert.Equal(10, response.Hits.Count);
        Assert.True(response.Exact);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Towers_may_learn_with_it(string kind)
    {
        Libtorch.Require();
        using var folder = new TemporaryFolder();
        InteractionDataset data = Planted.Data();
        using TrainedModel towers = Trainer.Run(data, Planted.Options with { Epochs = 1 });
        float[] before = towers.ItemEmbeddings.ToArray();
        SimilarityOptions options = kind == SimilarityKind.HadamardMlp ? s_hadamard : s_mixture;
        using TrainedSimilarity similarity = SimilarityTrainer.Run(towers, options with { TrainsTowers = true });
        Assert.NotEqual(before, towers.ItemEmbeddings.ToArray());
        Assert.True(similarity.Epochs[^1].Loss < similarity.Epochs[0].Loss);
        using SimilarityScorer scorer = similarity.ToScorer();
        EvaluationReport report = Evaluator.Run(data, [scorer, towers.ToScorer(), new PopularityScorer(data)]);
        Assert.True(report.Results[0].HitRate10.Mean > 0.4, $"HR@10 {report.Results[0].HitRate10.Mean}");
        Assert.True(report.Results[1].HitRate10.Mean > 0.4, $"HR@10 of the towers {report.Results[1].HitRate10.Mean}");

        // The file has the towers as they are now, and halves made of their embeddings.
        ModelExporter.Write(towers, folder.File("m.linr"), similarities: [similarity]);
        using LoadedModel model = ModelReader.Open(folder.File("m.linr"));
        using var scorers = ModelFileScorers.Open("m", model, data, threads: 1);
        IScorer ofFile = Assert.Single(scorers.Similarities).Scorer;
        foreach ((float torch, float engine) in scorer.ScoreAll(data).Zip(ofFile.ScoreAll(data)))
        {
            Assert.InRange(engine, torch - (1e-5 * (1 + Math.Abs(torch))), torch + (1e-5 * (1 + Math.Abs(torch))));
        }
    }

    [Fact]
    public void A_bad_start_is_drawn_again()
    {
        Libtorch.Require();
        InteractionDataset data = Planted.Data();
        using TrainedModel towers = Trainer.Run(data, Planted.Options with { Epochs = 1 });

        // So slow that no loss falls.
        using TrainedSimilarity slow = SimilarityTrainer.Run(
            towers, s_hadamard with { LearningRate = 1e-9, Epochs = 1, StartsMax = 3 });
        Assert.Equal(3, slow.Starts);
        using TrainedSimilarity unwatched = SimilarityTrainer.Run(
            towers, s_hadamard with { LearningRate = 1e-9, Epochs = 1, StartsMax = 3, WatchSteps = 0 });
        Assert.Equal(1, unwatched.Starts);

        // Towers of a bad start are put back.
        float[] before = towers.ItemEmbeddings.ToArray();
        using TrainedSimilarity joint = SimilarityTrainer.Run(
            towers, s_hadamard with { LearningRate = 1e-9, Epochs = 1, StartsMax = 2, TrainsTowers = true });
        Assert.Equal(2, joint.Starts);
        Assert.All(before.Zip(towers.ItemEmbeddings.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
    }

    [Fact]
    public void Centroids_move_where_they_are_trained_and_stay_where_not()
    {
        Libtorch.Require();
        using var folder = new TemporaryFolder();
        InteractionDataset data = Planted.Data();
        using TrainedModel towers = Trainer.Run(data, Planted.Options with { Epochs = 1 });
        float[] found = KMeans.Run(
            towers.ItemEmbeddings.Span, Planted.Options.Dim, new KMeansOptions { Count = 9, Seed = s_several.Seed }).Centroids;
        SimilarityOptions options = s_several with { Embeddings = [], Epochs = 1 };
        using TrainedSimilarity still = SimilarityTrainer.Run(towers, options with { Name = "still" });
        using TrainedSimilarity moved = SimilarityTrainer.Run(towers, options with { Name = "moved", TrainsCentroids = true });
        ModelExporter.Write(towers, folder.File("m.linr"), similarities: [still, moved]);
        using LoadedModel model = ModelReader.Open(folder.File("m.linr"));
        float[] Of(string name)
            => model.Require<float>($"similarities/{name}/centroids", TensorType.Float32, [9, Planted.Options.Dim]).Span.ToArray();
        Assert.Equal(found, Of("still"));
        Assert.NotEqual(found, Of("moved"));
    }

    [Fact]
    public void A_mixture_starts_as_the_cosines_of_its_embeddings()
    {
        Libtorch.Require();
        InteractionDataset data = Planted.Data();
        using TrainedModel towers = Trainer.Run(data, Planted.Options with { Epochs = 2 });
        EmbeddingTrainer.Add(towers, "graph");
        using TrainedSimilarity start = SimilarityTrainer.Run(
            towers, s_mixture with { Embeddings = ["default", "graph"], ComponentDim = 16, LearningRate = 1e-9, Epochs = 1 });
        using SimilarityScorer scorer = start.ToScorer();
        EvaluationReport report = Evaluator.Run(data, [scorer, towers.ToScorer()]);
        double of = report.Results[1].HitRate50.Mean;
        Assert.InRange(report.Results[0].HitRate50.Mean, of - 0.05, 1);
    }

    [Fact]
    public void It_may_learn_from_what_the_towers_did_not_see()
    {
        Libtorch.Require();
        InteractionDataset data = Planted.Data();
        using TrainedModel towers = Trainer.Run(data, Planted.Options with { Epochs = 1 });
        int steps = 0;
        using TrainedSimilarity similarity = SimilarityTrainer.Run(
            towers, s_mixture with { HeldOutShare = 0.5, Epochs = 2, ComponentDim = 16, LearningRate = 0.001 }, _ => steps++);

        // An example a user of half of the 240, 64 a step; an epoch is told once more.
        Assert.Equal(2 * (2 + 1), steps);
        using SimilarityScorer scorer = similarity.ToScorer();
        EvaluationReport report = Evaluator.Run(data, [scorer, towers.ToScorer()]);
        Assert.InRange(report.Results[0].HitRate10.Mean, report.Results[1].HitRate10.Mean - 0.1, 1);
    }

    [Fact]
    public void Equal_seeds_give_equal_bits()
    {
        Libtorch.Require();
        InteractionDataset data = Planted.Data();
        using TrainedModel towers = Trainer.Run(data, Planted.Options with { Epochs = 1 });
        using TrainedSimilarity first = SimilarityTrainer.Run(towers, s_mixture with { Epochs = 1 });
        using TrainedSimilarity second = SimilarityTrainer.Run(towers, s_mixture with { Epochs = 1 });
        using SimilarityScorer one = first.ToScorer();
        using SimilarityScorer other = second.ToScorer();
        Assert.Equal(one.ScoreAll(data), other.ScoreAll(data));
    }

    [Fact]
    public void Names_say_what_a_similarity_reads()
    {
        Assert.Equal("hadamard", new SimilarityOptions().ChosenName);
        Assert.Equal("several", s_several.ChosenName);
        Assert.Equal("mixture_graph_text_9", (s_several with { Name = null }).ChosenName);
        Assert.Equal(
            "mixture_300_trained",
            (s_mixture with { Embeddings = ["default"], Centroids = 300, TrainsCentroids = true }).ChosenName);
    }

    [Fact]
    public void An_embedding_that_the_model_lacks_is_named()
    {
        Libtorch.Require();
        using TrainedModel towers = Trainer.Run(Planted.Data(), Planted.Options with { Epochs = 1 });
        ArgumentException problem = Assert.Throws<ArgumentException>(
            () => SimilarityTrainer.Run(towers, s_mixture with { Embeddings = ["default", "graph"] }));
        Assert.Contains("Embeddings: expected the model's (default); found graph.", problem.Message, StringComparison.Ordinal);
        EmbeddingTrainer.Add(towers, "graph");
        Assert.Contains(
            "TrainsTowers: expected \"default\"",
            Assert.Throws<ArgumentException>(() => SimilarityTrainer.Run(
                towers, s_mixture with { Embeddings = ["graph"], TrainsTowers = true })).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "Expected a new embedding",
            Assert.Throws<ArgumentException>(() => EmbeddingTrainer.Add(towers, "graph")).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "Expected one of graph, text; found \"x\"",
            Assert.Throws<ArgumentException>(() => EmbeddingTrainer.Add(towers, "x")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_options_are_named_all_at_once()
    {
        ArgumentException problem = Assert.Throws<ArgumentException>(
            () => (s_mixture with { Kind = "x", Temperature = 0, ItemComponents = 200 }).Validate());
        Assert.Contains("Kind: expected hadamard_mlp or mixture_of_logits; found \"x\"", problem.Message, StringComparison.Ordinal);
        Assert.Contains("Temperature: expected", problem.Message, StringComparison.Ordinal);
        Assert.Contains("ItemComponents: expected 1 to 85; found 200", problem.Message, StringComparison.Ordinal);
        problem = Assert.Throws<ArgumentException>(
            () => (s_hadamard with { Embeddings = ["a", "a"], Centroids = 5 }).Validate());
        Assert.Contains("Embeddings: expected each once; found a, a.", problem.Message, StringComparison.Ordinal);
        Assert.Contains("Centroids: expected them of a mixture_of_logits; found 5", problem.Message, StringComparison.Ordinal);
        problem = Assert.Throws<ArgumentException>(
            () => (s_mixture with { Embeddings = ["a", "b", "c"] }).Validate());
        Assert.Contains("ItemComponents: expected 3 to 85; found 2", problem.Message, StringComparison.Ordinal);
    }
}

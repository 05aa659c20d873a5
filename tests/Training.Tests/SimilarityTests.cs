using Linr.Engine;
using Linr.Index.ModelFiles;
using Linr.Layers;
using Linr.Training.Data;
using Linr.Training.Evaluation;
using Linr.Training.Similarities;

namespace Linr.Training.Tests;

/// <summary>Learned similarities on trained towers: they learn, and the engine gives what Torch gives.</summary>
public sealed class SimilarityTests
{
    private static readonly SimilarityOptions s_hadamard = new()
    {
        Width = 24, Hidden = 6, BatchSize = 64, Negatives = 64, LearningRate = 0.01, Epochs = 3, ValidationUsers = 100,
        WatchSteps = 10, Seed = 5,
    };

    private static readonly SimilarityOptions s_mixture = s_hadamard with
    {
        Kind = SimilarityKind.MixtureOfLogits, QueryComponents = 3, ItemComponents = 2, ComponentDim = 8, GateHidden = 12,
    };

    public static TheoryData<string> Kinds => [SimilarityKind.HadamardMlp, SimilarityKind.MixtureOfLogits];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_finds_planted_groups_and_the_engine_gives_the_logits_of_Torch(string kind)
    {
        Libtorch.Require();
        using var folder = new TemporaryFolder();
        InteractionDataset data = Planted.Data();
        using TrainedModel towers = Trainer.Run(data, Planted.Options with { Epochs = 2 });
        SimilarityOptions options = kind == SimilarityKind.HadamardMlp ? s_hadamard : s_mixture;
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
        float[] inTorch = similarity.LogitsInTorch([0, 1, 2], [3, 4, 5, 6]);
        float[] scanned = similarity.LogitsInEngine([0, 1, 2], [3, 4, 5, 6]);
        foreach ((float torch, float engine) in inTorch.Zip(scanned))
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
        Assert.Equal(10, response.Hits.Length);
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
    public void Wrong_options_are_named_all_at_once()
    {
        ArgumentException problem = Assert.Throws<ArgumentException>(
            () => (s_mixture with { Kind = "x", Temperature = 0, ItemComponents = 200 }).Validate());
        Assert.Contains("Kind: expected hadamard_mlp or mixture_of_logits; found \"x\"", problem.Message, StringComparison.Ordinal);
        Assert.Contains("Temperature: expected", problem.Message, StringComparison.Ordinal);
        Assert.Contains("ItemComponents: expected 1 to 85; found 200", problem.Message, StringComparison.Ordinal);
    }
}

using Linr.Engine;
using Linr.Formats;
using Linr.Index.ModelFiles;
using Linr.Training.Data;
using Linr.Training.Evaluation;
using Linr.Training.Rankers;
using Linr.Training.Similarities;

namespace Linr.Training.Tests;

/// <summary>Rankers on trained towers: they learn both tasks, and the engine gives what Torch gives.</summary>
public sealed class RankerTests
{
    private static readonly RankerOptions s_options = new()
    {
        Candidates = 30, Width = 12, KeywordDim = 4, Hidden = 16, Places = 5, HardNegatives = 8, UniformNegatives = 2,
        BatchSize = 64, LearningRate = 0.01, Epochs = 3, TuneEpochs = 2, ValidationUsers = 100, Seed = 5,
    };

    [Fact]
    public void It_learns_what_is_taken_and_how_it_is_rated_and_a_request_trades_one_for_the_other()
    {
        Libtorch.Require();
        using var folder = new TemporaryFolder();
        InteractionDataset data = Rated();
        using TrainedModel towers = Trainer.Run(data, Planted.Options with { Epochs = 2 });
        float[] before = towers.ItemEmbeddings.ToArray();
        int steps = 0;
        using TrainedRanker ranker = RankerTrainer.Run(towers, s_options, progress: _ => steps++);
        Assert.True(steps > 3);
        Assert.InRange(ranker.Epochs.Count, 2, 5);
        Assert.True(ranker.Epochs[1].Loss < ranker.Epochs[0].Loss);
        Assert.Equal(before, towers.ItemEmbeddings.ToArray());
        AssertSameAsEngine(towers, ranker, folder.File("m.linr"), data);

        using LoadedModel model = ModelReader.Open(folder.File("m.linr"));
        using ModelFileScorers scorers = ModelFileScorers.Open("towers", model, data, threads: 1);
        Assert.Equal(["overarch", "towers"], scorers.ToScorers().Select(one => one.Name));
        EvaluationReport report = Evaluator.Run(data, [.. scorers.ToScorers(), new PopularityScorer(data)]);
        Assert.Equal("overarch", report.Results[0].System);
        Assert.True(report.Results[0].HitRate10.Mean > 0.4, $"HR@10 {report.Results[0].HitRate10.Mean}");
        IReadOnlyList<TaskResult> tasks = scorers.Tasks(new EvaluationOptions());
        Assert.Equal(["click auc", "rating rmse"], tasks.Select(task => $"{task.Task} {task.Metric}"));
        Assert.InRange(tasks[0].Value.Mean, 0.6, 1);
        Assert.True(tasks[1].Value.High < tasks[1].Otherwise.Low, $"{tasks[1].Value} against {tasks[1].Otherwise}");

        // Even items are rated 5 and odd ones 1; odd ones are taken more often.
        using var retriever = Retriever.Open(folder.File("m.linr"));
        double byRating = OfTen(retriever, data, click: 0, rating: 1, hit => hit.Id.Integer % 2 == 0 ? 1 : 0);
        double byClick = OfTen(retriever, data, click: 1, rating: 0, hit => hit.Id.Integer % 2 == 0 ? 1 : 0);
        Assert.True(byRating > 0.8 && byRating > byClick + 0.2, $"even ones by rating {byRating}, by click {byClick}");
        double[] ratings =
        [
            .. new[] { 0, 0.01, 0.1, 1, 1e3 }.Select(
                weight => OfTen(retriever, data, click: 1, weight, hit => hit.Tasks["rating"])),
        ];
        Assert.Equal(ratings.Order(), ratings);
        Assert.True(ratings[^1] > ratings[0] + 0.5, $"{string.Join(", ", ratings)}");
    }

    [Fact]
    public void Towers_may_learn_with_it_and_a_similarity_too()
    {
        Libtorch.Require();
        using var folder = new TemporaryFolder();
        InteractionDataset data = Rated();
        using TrainedModel towers = Trainer.Run(data, Planted.Options with { Epochs = 1 });
        using TrainedSimilarity similarity = SimilarityTrainer.Run(
            towers,
            new SimilarityOptions { Width = 10, Hidden = 4, BatchSize = 64, Negatives = 32, Epochs = 1, WatchSteps = 0 });
        float[] before = towers.ItemEmbeddings.ToArray();
        float[] logits = ScoreAll(similarity, data);
        using TrainedRanker ranker = RankerTrainer.Run(
            towers, s_options with { TrainsTowers = true, TuneEpochs = 0 }, similarity);
        Assert.NotEqual(before, towers.ItemEmbeddings.ToArray());
        Assert.NotEqual(logits, ScoreAll(similarity, data));
        Assert.Equal("hadamard", ranker.Spec.Similarity);
        EvaluationReport report = Evaluator.Run(data, [towers.ToScorer(), new PopularityScorer(data)]);
        Assert.True(report.Results[0].HitRate10.Mean > 0.4, $"HR@10 of the towers {report.Results[0].HitRate10.Mean}");
        AssertSameAsEngine(towers, ranker, folder.File("m.linr"), data, similarity);
        Assert.Contains(
            "expected the similarity \"hadamard\" to be written with it",
            Assert.Throws<ArgumentException>(() => ModelExporter.Write(towers, folder.File("n.linr"), ranker: ranker)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_rankers_gradient_reaches_the_towers_without_their_own_losses()
    {
        Libtorch.Require();
        InteractionDataset data = Rated();
        TrainingOptions quiet = Planted.Options with { Epochs = 1, WeightDecay = 0 };
        using TrainedModel towers = Trainer.Run(data, quiet);
        float[] before = towers.ItemEmbeddings.ToArray();
        RankerOptions options = s_options with
        {
            TrainsTowers = true, TowersWeight = 0, RetrievalWeight = 0, WeightDecay = 0, Epochs = 1, TuneEpochs = 0,
            RowType = RowType.Int8,
        };
        using TrainedRanker ranker = RankerTrainer.Run(towers, options);

        // Straight through the rounding: rounded rows alone have no gradient.
        Assert.NotEqual(before, towers.ItemEmbeddings.ToArray());
    }

    [Theory]
    [InlineData(RowType.Int8, false)]
    [InlineData(RowType.BFloat16, true)]
    public void Rows_and_codes_are_trained_as_they_will_be_stored(RowType rows, bool hasCodes)
    {
        Libtorch.Require();
        using var folder = new TemporaryFolder();
        InteractionDataset data = Rated();
        EmbeddingCodes? codes = hasCodes ? new EmbeddingCodes(64) : null;
        using TrainedModel towers = Trainer.Run(data, Planted.Options with { Epochs = 1 });
        using TrainedRanker ranker = RankerTrainer.Run(
            towers, s_options with { TrainsTowers = true, RowType = rows, Codes = codes, Epochs = 2, TuneEpochs = 0 });
        AssertSameAsEngine(towers, ranker, folder.File("m.linr"), data, codes: codes);
        Assert.Contains(
            $"expected rows of type {rows} scored by cosine or dot, as it was trained on; found Float32 with Cosine",
            Assert.Throws<ArgumentException>(() => ModelExporter.Write(towers, folder.File("n.linr"), ranker: ranker)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Data_without_ratings_have_one_task_and_equal_seeds_give_equal_bits()
    {
        Libtorch.Require();
        InteractionDataset data = Planted.Data();
        using TrainedModel towers = Trainer.Run(data, Planted.Options with { Epochs = 1 });
        using TrainedRanker first = RankerTrainer.Run(towers, s_options with { Epochs = 1, TuneEpochs = 1 });
        using TrainedRanker second = RankerTrainer.Run(towers, s_options with { Epochs = 1, TuneEpochs = 1 });
        Assert.Equal("click", Assert.Single(first.Spec.Tasks).Name);
        Assert.Equal(first.ItemHalves(), second.ItemHalves());
        using RankerScorer one = first.ToScorer();
        using RankerScorer other = second.ToScorer();
        Assert.Equal(one.ScoreAll(data), other.ScoreAll(data));
    }

    [Fact]
    public void Wrong_options_are_named_all_at_once()
    {
        ArgumentException problem = Assert.Throws<ArgumentException>(
            () => (s_options with { Name = "", Candidates = 0, RowType = RowType.None, Dropout = 2 }).Validate());
        Assert.Contains("Name: expected 1 to 128 characters", problem.Message, StringComparison.Ordinal);
        Assert.Contains("Candidates: expected 1 to 65536; found 0", problem.Message, StringComparison.Ordinal);
        Assert.Contains("RowType: expected rows to score candidates by", problem.Message, StringComparison.Ordinal);
        Assert.Contains("Dropout: expected 0 to 0.9; found 2", problem.Message, StringComparison.Ordinal);
    }

    /// <summary>The planted groups; of a group, odd items are taken three times as often and rated 1, even ones 5.</summary>
    private static InteractionDataset Rated()
    {
        int[] ids = [.. Enumerable.Range(1, Planted.Groups * Planted.ItemsPerGroup)];
        var builder = new InteractionDatasetBuilder(new ItemCatalogue(Planted.Schema, ids.Select(Planted.Item)));
        var random = new SplitMix(5);
        for (int user = 0; user < 240; user++)
        {
            // Groups of three numbers, so that each has even and odd ones.
            int[] own = [.. ids.Where(id => id % 3 == user % 3)];
            var taken = new HashSet<int>();
            while (taken.Count < 8)
            {
                int item = own[random.NextInt(own.Length)];
                if (item % 2 == 1 || random.NextInt(3) == 0)
                {
                    if (taken.Add(item))
                    {
                        builder.Add(new Interaction((long)user, (long)item, null, item % 2 == 0 ? 5 : 1));
                    }
                }
            }
        }

        return builder.Build(InteractionOrder.File);
    }

    private static double OfTen(
        Retriever retriever, InteractionDataset data, double click, double rating, Func<Hit, double> figure)
        => Enumerable.Range(0, 20).Average(user => retriever.Search(new SearchRequest
        {
            History = [.. data.TrainingItemsOf(user).ToArray().Select(row => data.Catalogue.Ids[row])],
            K = 10,
            RankBy = new RankBy("overarch", 100)
            {
                Weights = new Dictionary<string, double> { ["click"] = click, ["rating"] = rating },
            },
        }).Hits.Average(figure));

    private static void AssertSameAsEngine(
        TrainedModel towers,
        TrainedRanker ranker,
        string path,
        InteractionDataset data,
        TrainedSimilarity? similarity = null,
        EmbeddingCodes? codes = null)
    {
        ModelExporter.Write(
            towers,
            path,
            rowType: ranker.Options.RowType,
            codes: codes,
            similarities: similarity is null ? null : [similarity],
            ranker: ranker);
        using LoadedModel model = ModelReader.Open(path);
        using RankerScorer inTorch = ranker.ToScorer();
        using ModelFileScorers scorers = ModelFileScorers.Open("towers", model, data, threads: 1);
        var ofFile = (RankerScorer)Assert.Single(scorers.Rankers).Scorer;
        EvaluationCase[] cases = EvaluationCase.Draw(data, HeldOut.Test, 20, seed: 1);
        int[] rows = [.. cases.SelectMany(_ => Enumerable.Range(0, data.Catalogue.Count))];
        float[] expected = inTorch.TaskScores(data, cases, rows);
        float[] found = ofFile.TaskScores(data, cases, rows);
        Assert.Equal(expected.Length, found.Length);
        foreach ((float torch, float engine) in expected.Zip(found))
        {
            Assert.InRange(engine, torch - (1e-5 * (1 + Math.Abs(torch))), torch + (1e-5 * (1 + Math.Abs(torch))));
        }
    }

    private static float[] ScoreAll(TrainedSimilarity similarity, InteractionDataset data)
    {
        using TorchSimilarityScorer scorer = similarity.ToTorchScorer();
        return scorer.ScoreAll(data);
    }
}

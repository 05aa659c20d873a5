using System.Numerics.Tensors;
using Linr.Engine;
using Linr.Formats;
using Linr.Training.Data;
using Linr.Training.Evaluation;
using Linr.Training.Similarities;

namespace Linr.Training.Tests;

/// <summary>The causal transformer as the query tower.</summary>
public sealed class SequenceTests
{
    private const int Letters = 6;

    private static readonly TrainingOptions s_options =
        Planted.Options with { QueryEncoder = QueryEncoder.CausalTransformer };

    [Theory]
    [InlineData(InteractionOrder.File)]
    [InlineData(InteractionOrder.None)]
    public void It_finds_planted_groups_that_popularity_cannot(InteractionOrder order)
    {
        Libtorch.Require();
        InteractionDataset data = Planted.Data(order: order);
        using TrainedModel model = Trainer.Run(data, s_options with { Epochs = 10 });
        EvaluationReport report = Evaluator.Run(data, [model.ToScorer(), new PopularityScorer(data)]);
        Assert.True(report.Results[0].HitRate10.Mean > 0.5, $"HR@10 {report.Results[0].HitRate10.Mean}");
        Assert.True(report.Differences[0].HitRate10.IsAboveZero);
    }

    /// <summary>The next item is told by the last two together and their order, and by neither of them alone.</summary>
    [Fact]
    public void It_learns_what_two_items_tell_together()
    {
        Libtorch.Require();
        InteractionDataset data = Pairs();
        using TrainedModel model = Trainer.Run(data, s_options with
        {
            Epochs = 12, Patience = 12, HistoryDropout = 0, Dropout = 0, IdDropout = 0, UniformNegatives = null,
            ValidationUsers = 0,
        });
        int found = 0;
        for (int pair = 0; pair < Letters * Letters; pair++)
        {
            (int first, int second) = Math.DivRem(pair, Letters);
            int[] history = new int[s_options.HistoryLength];
            HistoryRows.Latest([data.Catalogue.Find((long)first), data.Catalogue.Find((long)second)], history);
            float[] query = model.EmbedQueries([0], history);
            int best = Enumerable.Range(0, data.Catalogue.Count).MaxBy(
                row => TensorPrimitives.Dot(query, model.ItemEmbeddings.Span.Slice(row * 16, 16)));
            found += data.Catalogue.Ids[best].Integer == Letters + pair ? 1 : 0;
        }

        Assert.InRange(found, 0.9 * Letters * (Letters - 1), Letters * Letters);
    }

    /// <summary>What a place of a window gives in training is what the history up to it gives alone, as far back.</summary>
    [Fact]
    public void Every_place_gives_what_its_own_history_gives()
    {
        Libtorch.Require();
        InteractionDataset data = Planted.Data();
        using TrainedModel model = Trainer.Run(data, s_options with { Epochs = 2 });
        var sampler = ExampleSampler.Create(data, s_options with { HistoryLength = 5, BatchSize = 60 });
        var batch = new ExampleBatch(60, 5);
        sampler.Begin(1, 1);
        Assert.True(sampler.Next(batch));
        float[] together = model.EmbedQueries(batch.Queries);
        QueryRows queries = batch.Queries;
        for (int example = 0; example < batch.Count; example++)
        {
            int owner = queries.Owners[example];
            int[] seen = [.. queries.Histories.Slice(owner * 5, 5)[Math.Min(5, queries.Places[example])..].ToArray()
                .TakeWhile(row => row >= 0)];
            int[] history = [.. seen, .. Enumerable.Repeat(HistoryRows.None, 5 - seen.Length)];
            float[] alone = model.EmbedQueries(new QueryRows
            {
                Users = [queries.Users[owner]],
                Histories = history,
                Newer = [queries.Newer[owner] + queries.Places[example]],
                Owners = [0],
                Places = [0],
            });
            Assert.InRange(TensorPrimitives.Distance<float>(alone, together.AsSpan(example * 16, 16)), 0, 1e-5f);
        }

        Assert.True(batch.Count > batch.HistoryCount);
    }

    [Fact]
    public void A_resumed_run_ends_as_one_that_was_never_stopped()
    {
        Libtorch.Require();
        using var folder = new TemporaryFolder();
        TrainingOptions options = s_options with { CheckpointPath = folder.File("state.safetensors") };
        using TrainedModel whole = Trainer.Run(Planted.Data(), s_options);
        Trainer.Run(Planted.Data(), options with { Epochs = 2 }).Dispose();
        using TrainedModel resumed = Trainer.Run(Planted.Data(), options);
        Assert.Equal(whole.Run.Epochs.Select(one => one.Loss), resumed.Run.Epochs.Select(one => one.Loss));
        Assert.True(whole.ItemEmbeddings.Span.SequenceEqual(resumed.ItemEmbeddings.Span));
        Assert.Equal(whole.ToScorer().ScoreAll(whole.Data), resumed.ToScorer().ScoreAll(resumed.Data));
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => Trainer.Run(Planted.Data(), options with { Blocks = 1 }));
        Assert.Contains("\"blocks\": 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_may_start_from_a_model()
    {
        Libtorch.Require();
        using var folder = new TemporaryFolder();
        using TrainedModel old = Trainer.Run(Planted.Data(), s_options);
        ModelExporter.Write(old, folder.File("old.linr"));
        using TrainedModel warm = Trainer.Run(Planted.Data(), s_options with
        {
            Epochs = 1, LearningRate = 1e-9, WeightDecay = 0, WarmStartPath = folder.File("old.linr"),
        });
        float[] expected = old.ToScorer().ScoreAll(old.Data);
        float[] found = warm.ToScorer().ScoreAll(warm.Data);
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
    }

    /// <summary>Empty, unknown, and longer than the tower reads.</summary>
    [Fact]
    public void Histories_of_every_length_are_served()
    {
        Libtorch.Require();
        using var folder = new TemporaryFolder();
        InteractionDataset data = Planted.Data();
        using TrainedModel model = Trainer.Run(data, s_options with { Epochs = 10 });
        ModelExporter.Write(model, folder.File("model.linr"));
        using Retriever retriever = Retriever.Open(folder.File("model.linr"), new RetrieverOptions { Threads = 1 });
        for (int length = 0; length <= s_options.HistoryLength + 3; length++)
        {
            // Of one group, so that the order of what is beyond the tower's history can be told apart.
            int[] seen = [.. Enumerable.Range(0, length)
                .Select(place => data.Catalogue.Find((long)(1 + (place * Planted.Groups))))];
            int[] history = new int[s_options.HistoryLength];
            HistoryRows.Latest(seen, history);
            float[] query = model.EmbedQueries([0], history);
            SearchResponse response = retriever.Search(new SearchRequest
            {
                History = [.. seen.Select(row => data.Catalogue.Ids[row])],
                K = data.Catalogue.Count,
                IncludeSeen = true,
            });
            Assert.All(response.Hits, hit => Assert.Equal(
                TensorPrimitives.CosineSimilarity(
                    query, model.ItemEmbeddings.Span.Slice(data.Catalogue.Find(hit.Id) * 16, 16)),
                hit.Score,
                1e-5f));
            if (length > 0)
            {
                Assert.InRange(response.Hits.Take(5).Count(hit => hit.Id.Integer % Planted.Groups == 1), 3, 5);
            }
        }
    }

    [Fact]
    public void Similarities_train_on_it_alone_and_jointly()
    {
        Libtorch.Require();
        InteractionDataset data = Planted.Data();
        using TrainedModel towers = Trainer.Run(data, s_options with { Epochs = 10 });
        var options = new SimilarityOptions
        {
            Width = 24, Hidden = 6, BatchSize = 64, Negatives = 64, LearningRate = 0.01, Epochs = 3,
            ValidationUsers = 100, WatchSteps = 10, Seed = 5,
        };
        foreach (bool isJoint in (bool[])[false, true])
        {
            using TrainedSimilarity similarity =
                SimilarityTrainer.Run(towers, options with { TrainsTowers = isJoint });
            using SimilarityScorer scorer = similarity.ToScorer();
            EvaluationReport report = Evaluator.Run(data, [scorer]);
            Assert.True(report.Results[0].HitRate10.Mean > 0.4, $"HR@10 {report.Results[0].HitRate10.Mean}");
        }
    }

    [Fact]
    public void Wrong_options_are_named()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => Trainer.Run(Planted.Data(), s_options with { Heads = 3, Blocks = 0 }));
        Assert.Contains(
            "Heads: expected a number that divides Dim, 16; found 3.", error.Message, StringComparison.Ordinal);
        Assert.Contains("Blocks: expected 1 to 64; found 0.", error.Message, StringComparison.Ordinal);
    }

    /// <summary>After two letters comes the item of that pair; then two that are held out.</summary>
    private static InteractionDataset Pairs()
    {
        var builder = new InteractionDatasetBuilder(new ItemCatalogue(new Schema { IdKind = IdKind.Integer }, []));
        for (int user = 0; user < 40 * Letters * Letters; user++)
        {
            int pair = user % (Letters * Letters);
            (int first, int second) = Math.DivRem(pair, Letters);
            foreach (int item in (int[])[first, second, Letters + pair, 1_000, 1_001])
            {
                builder.Add(new Interaction((long)user, (long)item));
            }
        }

        return builder.Build(InteractionOrder.File);
    }
}

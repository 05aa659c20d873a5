using Linr.Training.Data;
using Linr.Training.Evaluation;

namespace Linr.Training.Tests;

public sealed class TrainerTests
{
    [Theory]
    [InlineData(InteractionOrder.File)]
    [InlineData(InteractionOrder.None)]
    public void The_model_finds_planted_groups_that_popularity_cannot(InteractionOrder order)
    {
        Libtorch.Require();
        InteractionDataset data = Planted.Data(order: order);
        using TrainedModel model = Trainer.Run(data, Planted.Options);
        EvaluationReport report = Evaluator.Run(data, [model.ToScorer(), new PopularityScorer(data)]);
        Assert.True(report.Results[0].HitRate10.Mean > 0.5, $"HR@10 {report.Results[0].HitRate10.Mean}");
        Assert.True(report.Differences[0].HitRate10.IsAboveZero);
        Assert.True(report.Differences[0].DiscountedGain10.IsAboveZero);
    }

    [Fact]
    public void Equal_seeds_give_equal_bits_and_another_seed_does_not()
    {
        Libtorch.Require();
        TrainingOptions options = Planted.Options with { Epochs = 2 };
        using TrainedModel first = Trainer.Run(Planted.Data(), options);
        using TrainedModel second = Trainer.Run(Planted.Data(), options);
        using TrainedModel other = Trainer.Run(Planted.Data(), options with { Seed = 12 });
        Assert.True(first.ItemEmbeddings.Span.SequenceEqual(second.ItemEmbeddings.Span));
        Assert.False(first.ItemEmbeddings.Span.SequenceEqual(other.ItemEmbeddings.Span));
    }

    [Fact]
    public void A_resumed_run_ends_as_one_that_was_never_stopped()
    {
        Libtorch.Require();
        using var folder = new TemporaryFolder();
        TrainingOptions options = Planted.Options with { CheckpointPath = folder.File("state.safetensors") };
        using TrainedModel whole = Trainer.Run(Planted.Data(), Planted.Options);
        using (var stop = new CancellationTokenSource())
        {
            Assert.Throws<OperationCanceledException>(() => Trainer.Run(
                Planted.Data(), options, at => Cancel(stop, at.Epoch == 3 && at.Step == 2), stop.Token));
        }

        using TrainedModel resumed = Trainer.Run(Planted.Data(), options);
        Assert.Equal(whole.Run.Epochs.Select(NoTime), resumed.Run.Epochs.Select(NoTime));
        Assert.True(whole.ItemEmbeddings.Span.SequenceEqual(resumed.ItemEmbeddings.Span));
        Assert.Equal(
            whole.ToScorer().ScoreAll(whole.Data),
            resumed.ToScorer().ScoreAll(resumed.Data));
    }

    [Fact]
    public void A_checkpoint_of_another_run_is_refused()
    {
        Libtorch.Require();
        using var folder = new TemporaryFolder();
        TrainingOptions options =
            Planted.Options with { CheckpointPath = folder.File("state.safetensors"), Epochs = 1 };
        Trainer.Run(Planted.Data(), options).Dispose();
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => Trainer.Run(Planted.Data(), options with { Temperature = 0.5 }));
        Assert.Contains("other options", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentException>(() => Trainer.Run(Planted.Data(users: 30), options));
        Assert.Contains("other data", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_stops_when_validation_no_longer_improves_and_keeps_the_best_epoch()
    {
        Libtorch.Require();
        TrainingOptions options = Planted.Options with { Epochs = 60, Patience = 2, LearningRate = 0.05 };
        using TrainedModel model = Trainer.Run(Planted.Data(users: 60), options);
        IReadOnlyList<EpochResult> epochs = model.Run.Epochs;
        Assert.Equal(epochs.Max(epoch => epoch.DiscountedGain), epochs[model.Run.BestEpoch - 1].DiscountedGain);
        Assert.Equal(Math.Min(60, model.Run.BestEpoch + 2), epochs.Count);
    }

    [Fact]
    public void Progress_counts_steps_and_the_record_has_every_epoch()
    {
        Libtorch.Require();
        var seen = new List<TrainingProgress>();
        using TrainedModel model = Trainer.Run(Planted.Data(), Planted.Options with { Epochs = 2 }, seen.Add);
        Assert.Equal(2, model.Run.Epochs.Count);
        Assert.All(seen, at => Assert.InRange(at.Step, 1, at.Steps));
        Assert.Equal(2 * (seen[0].Steps + 1), seen.Count);
        Assert.Equal(model.Run.Epochs[^1], seen[^1].Last);
        Assert.Contains("\"bestEpoch\"", model.Run.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void Plots_are_png_files()
    {
        Libtorch.Require();
        using var folder = new TemporaryFolder();
        InteractionDataset data = Planted.Data(users: 40);
        using TrainedModel model = Trainer.Run(data, Planted.Options with { Epochs = 2 });
        Plots.Training(model.Run, folder.File("run.png"));
        Plots.Evaluation(
            Evaluator.Run(data, [model.ToScorer(), .. Evaluator.Baselines(data)]), folder.File("evaluation.png"));
        foreach (string name in (string[])["run.png", "evaluation.png"])
        {
            Assert.Equal(
                "PNG", System.Text.Encoding.ASCII.GetString(File.ReadAllBytes(folder.File(name)).AsSpan(1, 3)));
        }
    }

    [Fact]
    public void All_wrong_options_are_named_at_once()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => Trainer.Run(
                Planted.Data(), Planted.Options with { Dim = 0, Temperature = double.NaN, Device = "tpu" }));
        Assert.Contains("Dim", error.Message, StringComparison.Ordinal);
        Assert.Contains("Temperature", error.Message, StringComparison.Ordinal);
        Assert.Contains("tpu", error.Message, StringComparison.Ordinal);
    }

    private static EpochResult NoTime(EpochResult epoch) => epoch with { Seconds = 0 };

    private static void Cancel(CancellationTokenSource source, bool now)
    {
        if (now)
        {
            source.Cancel();
        }
    }
}

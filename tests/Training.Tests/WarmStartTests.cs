using System.Numerics.Tensors;
using Linr.Training.Data;
using Linr.Training.Evaluation;

namespace Linr.Training.Tests;

public sealed class WarmStartTests
{
    [Fact]
    public void Known_items_keep_what_they_learned_whatever_was_added_and_removed()
    {
        Libtorch.Require();
        using var folder = new TemporaryFolder();
        using TrainedModel old = Trainer.Run(Planted.Data(), Planted.Options);
        ModelExporter.Write(old, folder.File("old.linr"));

        // Forty items go, thirty come, and the order of all is another.
        int[] items = [.. Enumerable.Range(41, 110).Reverse()];
        InteractionDataset data = Planted.Data(items);
        TrainingOptions still = Planted.Options with { Epochs = 1, LearningRate = 1e-9, WeightDecay = 0 };
        using TrainedModel warm = Trainer.Run(data, still with { WarmStartPath = folder.File("old.linr") });
        for (int id = 41; id <= Planted.Groups * Planted.ItemsPerGroup; id++)
        {
            ReadOnlySpan<float> before = Row(old, id);
            ReadOnlySpan<float> after = Row(warm, id);
            Assert.True(TensorPrimitives.Distance(before, after) < 1e-4, $"Item {id} moved.");
        }

        using TrainedModel cold = Trainer.Run(data, still);
        Assert.True(HitRate(warm, data) > HitRate(cold, data) + 0.2);
    }

    [Fact]
    public void A_model_of_other_widths_is_refused_by_the_tensors_name()
    {
        Libtorch.Require();
        using var folder = new TemporaryFolder();
        using TrainedModel old = Trainer.Run(Planted.Data(), Planted.Options with { Epochs = 1 });
        ModelExporter.Write(old, folder.File("old.linr"));
        ArgumentException error = Assert.Throws<ArgumentException>(() => Trainer.Run(
            Planted.Data(), Planted.Options with { HiddenWidth = 12, WarmStartPath = folder.File("old.linr") }));
        Assert.Contains("towers/item/content_wide", error.Message, StringComparison.Ordinal);
    }

    private static ReadOnlySpan<float> Row(TrainedModel model, long id)
        => model.ItemEmbeddings.Span.Slice(model.Data.Catalogue.Find(id) * Planted.Options.Dim, Planted.Options.Dim);

    private static double HitRate(TrainedModel model, InteractionDataset data)
        => Evaluator.Run(data, [model.ToScorer()]).Results[0].HitRate10.Mean;
}

using Linr.Engine.Towers;
using Linr.Index.ModelFiles;
using Linr.Layers;
using Linr.ModelFile;
using Linr.Training.Data;
using Linr.Training.Evaluation;

namespace Linr.Training.Tests;

public sealed class ColdStartTests
{
    private const double ColdShare = 0.2;

    [Theory]
    [InlineData(InteractionOrder.File)]
    [InlineData(InteractionOrder.None)]
    public void Items_that_nobody_chose_are_found_by_their_features(InteractionOrder order)
    {
        Libtorch.Require();
        InteractionDataset data = Planted.Data(order: order, coldShare: ColdShare);

        // So long that features which only learned that nobody wants an item would have said so.
        using TrainedModel model = Trainer.Run(data, Planted.Options with { Epochs = 15, Patience = 15 });
        EvaluationReport report = Evaluator.Run(
            data, [model.ToScorer(), .. Evaluator.Baselines(data)], new EvaluationOptions { HeldOut = HeldOut.Cold });
        Assert.Equal(24, report.Users);
        Assert.Equal(
            ["among all items", "among the items never trained on"],
            report.Results.Select(one => one.Slice).Distinct());
        SystemResult amongAll = report.Results[0];
        SystemResult amongCold = report.Results[3];

        // About 4 of the 24 held-out items are of the group: the best that features can do among these is a mean of
        // (1 + 1/2 + 1/3 + 1/4) / 4 = 0.52, and chance 0.16.
        Assert.True(amongAll.HitRate10.Mean > 0.3, $"HR@10 among all {amongAll.HitRate10.Mean}");
        Assert.True(amongCold.ReciprocalRank.Mean > 0.4, $"MRR among cold {amongCold.ReciprocalRank.Mean}");
        Assert.All(report.Results.Take(3).Skip(1), baseline => Assert.True(baseline.HitRate10.Mean < 0.1));
    }

    [Fact]
    public void An_item_without_interactions_is_embedded_by_its_features_alone()
    {
        Libtorch.Require();
        using var folder = new TemporaryFolder();
        InteractionDataset data = Planted.Data(coldShare: ColdShare);
        using TrainedModel trained = Trainer.Run(data, Planted.Options with { Epochs = 1 });
        ModelExporter.Write(trained, folder.File("model.linr"));
        using LoadedModel model = ModelReader.Open(folder.File("model.linr"));

        // Its key is in neither id table, and under another id it has the same embedding.
        int[] counts = data.TrainingCounts();
        long[] known =
        [
            .. Enumerable.Range(0, counts.Length).Where(row => counts[row] > 0).Select(row => data.Catalogue.Ids[row].Key).Order(),
        ];
        foreach (LayerSpec layer in LayerList.Parse(model.LayersJson).Towers.SelectMany(tower => tower.Layers)
            .Where(layer => layer.Tensors.ContainsKey("keys")))
        {
            string name = layer.Tensors["keys"];
            Assert.Equal(known, model.Require<long>(name, TensorType.Int64, model.FindTensor(name)!.Count).Span.ToArray());
        }

        Tower tower = Tower.Load(model, TowerSpec.ItemTower, "default")!;
        float[] embedding = new float[tower.Spec.Dim];
        foreach (ColdInteraction one in data.ColdInteractions)
        {
            TowerBatch batch = tower.CreateBatch();
            batch.AddItem(100_000L + one.Item, Planted.Item((int)data.Catalogue.Ids[one.Item].Integer).Fields);
            tower.Embed(batch, embedding);
            for (int place = 0; place < embedding.Length; place++)
            {
                Assert.Equal(
                    trained.ItemEmbeddings.Span[(one.Item * embedding.Length) + place], embedding[place], 1e-5);
            }
        }
    }

    [Fact]
    public void A_model_that_was_trained_on_the_held_out_items_is_refused()
    {
        Libtorch.Require();
        using var folder = new TemporaryFolder();
        using TrainedModel trained = Trainer.Run(Planted.Data(), Planted.Options with { Epochs = 1 });
        ModelExporter.Write(trained, folder.File("model.linr"));
        using LoadedModel model = ModelReader.Open(folder.File("model.linr"));
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => ModelFileScorers.Open("model", model, Planted.Data(coldShare: ColdShare), threads: 1));
        Assert.Contains("was trained on", error.Message, StringComparison.Ordinal);
    }
}
